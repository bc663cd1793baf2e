package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.PlacedSections;
import io.modrt.testkit.FakeMemory;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The memory of a module that was loaded, to be read by address: code in the byte order of code, numbers in that of data. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleMemory implements CodeReader {
    private final FakeMemory memory;
    private final ArchKernel kernel;
    private final ByteOrder dataOrder;
    private final @Nullable PlacedModule placed;

    private ModuleMemory(FakeMemory memory, ArchKernel kernel, ByteOrder dataOrder, @Nullable PlacedModule placed) {
        this.memory = memory;
        this.kernel = kernel;
        this.dataOrder = dataOrder;
        this.placed = placed;
    }

    static ModuleMemory of(LiveModule module, FakeMemory memory) {
        return new ModuleMemory(
                memory,
                module.placed().plan().archKernel(),
                module.file().elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                module.placed());
    }

    /** Memory with nothing but {@code code} at {@code address}. */
    static ModuleMemory ofCode(ArchKernel kernel, Address address, byte[] code) {
        FakeMemory memory = FakeMemory.zeroed();
        memory.write(address, code, 0, code.length);
        return new ModuleMemory(memory, kernel, kernel.codeOrder(), null);
    }

    /**
     * Where the module is.
     *
     * @throws IllegalStateException where this is a piece of code without a module
     */
    public PlacedSections placed() {
        PlacedModule module = placed;
        if (module == null) {
            throw new IllegalStateException("this code is no module's");
        }
        return module;
    }

    /** Whether the module has these bytes; a piece of code without a module has all. */
    @Override
    public boolean holds(long address, int sizeBytes) {
        PlacedModule module = placed;
        return module == null
                || Arrays.stream(RegionKind.values())
                        .flatMap(kind -> module.range(kind).stream())
                        .anyMatch(region -> region.contains(Address.of(address))
                                && (sizeBytes == 0 || region.contains(Address.of(address + sizeBytes - 1))));
    }

    @Override
    public int codeAt(long address) {
        return (int) Numbers.get(bytesAt(address, Integer.BYTES), 0, Integer.BYTES, kernel.codeOrder());
    }

    @Override
    public byte byteAt(long address) {
        return bytesAt(address, Byte.BYTES)[0];
    }

    /** The target's {@code long} at {@code address}, zero-extended. */
    public long pointerAt(long address) {
        return numberAt(address, kernel.width().bytes());
    }

    /** The number of {@code sizeBytes} (1, 2, 4 or 8) bytes at {@code address}, zero-extended. */
    long numberAt(long address, int sizeBytes) {
        return Numbers.get(bytesAt(address, sizeBytes), 0, sizeBytes, dataOrder);
    }

    byte[] bytesAt(long address, int sizeBytes) {
        if (!holds(address, sizeBytes)) {
            throw new FormatException(
                    Refusal.of(Errno.EFAULT, "the module has nothing at 0x" + Long.toHexString(address)));
        }
        return memory.bytes(Address.of(address), sizeBytes);
    }

    /** The text at {@code address}, without the NUL that ends it. */
    String textAt(long address) {
        int length = 0;
        while (byteAt(address + length) != 0) {
            length++;
        }
        return new String(bytesAt(address, length), StandardCharsets.UTF_8);
    }

    ArchKernel kernel() {
        return kernel;
    }
}
