package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Descriptors as the Arm architecture has them: bits 1:0 are 3 for a table or a page, 1 for a block. */
class AArch64PagingTest {
    private static final long STEXT = 0xffff_8000_0800_0000L;

    private final ByteBuffer ram = ByteBuffer.allocate(0x10_0000).order(ByteOrder.LITTLE_ENDIAN);
    private final AArch64Paging paging = new AArch64Paging(
            TargetMemory.of(ram, Address.of(0)), List.of(new AddressRange(Address.of(0), ram.capacity())), 4096);

    @Test
    void theTableThatMapsTheKernelIsFoundAndWalked() {
        ram.putLong(0x1000 + 256 * 8, 0x2003);
        ram.putLong(0x2000, 0x3003);
        ram.putLong(0x3000 + 64 * 8, 0x4003);
        ram.putLong(0x3000 + 65 * 8, 0x20_0001);
        ram.putLong(0x4000, 0x5003);

        AddressTranslation found = paging.find(KernelSymbols.of(Map.of("_stext", Address.of(STEXT))))
                .orElseThrow();

        assertEquals(OptionalLong.of(0x5123), found.physical(Address.of(STEXT + 0x123)));
        assertEquals(OptionalLong.of(0x20_0010), found.physical(Address.of(STEXT + 0x20_0010)));
        assertEquals(OptionalLong.empty(), found.physical(Address.of(STEXT + 0x1000)));
        assertEquals(OptionalLong.empty(), found.physical(Address.of(STEXT + 0x4000_0000L)));
    }

    @Test
    void aTableThatMapsFunctionsToNoCodeIsAnother() {
        ram.putLong(0x1000 + 256 * 8, 0x2003);
        ram.putLong(0x2000, 0x3003);
        ram.putLong(0x3000 + 64 * 8, 0x4003);
        ram.putLong(0x4000, 0x5003);
        ram.putLong(0x4008, 0x6003);
        for (int i = 0; i < 8; i++) {
            ram.putLong(0x8000 + (248 + i) * 8, 0x9003); // more entries, and a page of zeros behind them
        }
        ram.putLong(0x9000, 0xa003);
        ram.putLong(0xa000 + 64 * 8, 0xb003);
        ram.putLong(0xb000, 0xc003);
        ram.putLong(0xb008, 0xd003);
        KernelSymbols symbols =
                KernelSymbols.of(Map.of("_stext", Address.of(STEXT), "kfree", Address.of(STEXT + 0x800)));
        assertTrue(paging.find(symbols).isEmpty());

        ram.putInt(0x5900, 0xd65f_03c0);

        AddressTranslation found = paging.find(symbols).orElseThrow();
        assertEquals(OptionalLong.of(0x6010), found.physical(Address.of(STEXT + 0x1010)));
    }

    @Test
    void withoutATableOrASymbolThereIsNoTranslation() {
        assertTrue(paging.find(KernelSymbols.of(Map.of("_stext", Address.of(STEXT))))
                .isEmpty());
        assertTrue(paging.find(KernelSymbols.of(Map.of())).isEmpty());
    }
}
