package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.ArchKernel;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.SectionBuilder;
import io.modrt.verify.KernelVerification;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A small kernel in memory beside its {@code vmlinux}: one traced function, a static branch, the tracer, a generated function. */
class KernelVerificationTest {
    private static final long TEXT = 0x8010_0000L;
    private static final long SITE = TEXT + 4;
    private static final long BRANCH = TEXT + 0x14;
    private static final long TRACER = TEXT + 0x40;
    private static final long CLEAR_PAGE = TEXT + 0x50;
    private static final long RODATA = TEXT + 0x100;
    private static final long TABLE = RODATA + 0x18;
    private static final long VARIABLE = TABLE + 0x10;
    private static final long KEY = TEXT + 0x200;
    private static final long INIT = TEXT + 0x300;
    private static final String BANNER = "Linux version 6.1 (me)";

    private static final KernelProfile PROFILE =
            Kernels.LINUX_6_1.with(ConfigOption.DYNAMIC_FTRACE, true).with(ConfigOption.JUMP_LABEL, true);
    private static final ArchKernel ARCH = Kernels.of(ElfTarget.MIPS_O32_BE, PROFILE);

    private final TargetMemory memory = TargetMemory.of(new byte[0x1000], Address.of(TEXT));

    KernelVerificationTest() {
        put(TEXT, 0x03e0_0825, 0, 0, 0x03e0_0008, 0, 0);
        put(TRACER, 0, 0, 0x03e0_0008, 0);
        put(CLEAR_PAGE, 0x03e0_0008, 0x2484_0020);
        byte[] banner = BANNER.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        memory.write(Address.of(RODATA), banner, 0, banner.length);
        put(TABLE, (int) TEXT, (int) BRANCH, (int) TEXT + 0x20, (int) KEY, 77);
        put(INIT, 0xcccc_cccc);
    }

    private static ElfBuilder vmlinux() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.MIPS_O32_BE).type(2);
        SectionBuilder text = elf.code(".text").address(TEXT);
        text.instructions(0x03e0_0825, 0x0c04_0010, 0x27bd_fff8, 0x03e0_0008, 0, 0x1000_0001, 0, 0)
                .zeros(0x20)
                .instructions(0x1000_0003, 0, 0x03e0_0008, 0)
                .zeros(0x20);
        SectionBuilder rodata = elf.writable(".rodata").address(RODATA).string(BANNER);
        rodata.zeros((int) (TABLE - RODATA - rodata.sizeBytes()))
                .words((int) TEXT, (int) BRANCH, (int) TEXT + 0x20, (int) KEY, 0);
        SectionBuilder init = elf.writable(".init.data").address(INIT).words((int) SITE);
        define(elf, text, "vfs_read", TEXT);
        define(elf, text, "_mcount", TRACER);
        define(elf, text, "ftrace_caller", TRACER);
        define(elf, text, "__clear_page_start", CLEAR_PAGE);
        define(elf, text, "__clear_page_end", CLEAR_PAGE + 0x20);
        define(elf, rodata, "linux_banner", RODATA);
        define(elf, rodata, "sys_call_table", TABLE);
        define(elf, rodata, "__start___jump_table", TABLE + 4);
        define(elf, rodata, "__stop___jump_table", VARIABLE);
        define(elf, rodata, "__start_ro_after_init", VARIABLE);
        define(elf, rodata, "__end_ro_after_init", VARIABLE + 4);
        define(elf, init, "__init_begin", INIT);
        define(elf, init, "__start_mcount_loc", INIT);
        define(elf, init, "__stop_mcount_loc", INIT + 4);
        define(elf, init, "__init_end", INIT + 0x100);
        return elf;
    }

    private static void define(ElfBuilder elf, SectionBuilder section, String name, long value) {
        elf.symbol(name).inReserved(section.index(), value);
    }

    private void put(long address, int... words) {
        byte[] bytes = ElfTarget.MIPS_O32_BE.encoding().words(words);
        memory.write(Address.of(address), bytes, 0, bytes.length);
    }

    private VerificationResult run() {
        return KernelVerification.of(ElfFile.view(vmlinux().build()), ARCH, PROFILE)
                .run(memory);
    }

    private Difference only() {
        List<Difference> differences = run().differences();
        assertEquals(1, differences.size(), differences.toString());
        return differences.get(0);
    }

    @Test
    void allThatTheBootWritesHasItsReason() {
        VerificationResult result = run();
        assertTrue(result.isClean(), result.table());
        assertEquals(Map.of("function tracing: off", 1, "jump label: not taken", 1), result.sites());
        assertEquals(Map.of("boot", 1L), result.details(Reason.FINISHED));
        assertEquals(Map.of("generated at boot (item 22)", 2L), result.details(Reason.KERNEL_WRITTEN));
        assertEquals(1, result.words(Reason.CHANGED_DATA));
        assertEquals(1, result.words(Reason.GONE));
    }

    @Test
    void aSiteThatCallsTheTracerAndABranchWhoseKeyIsOnAreExplained() {
        put(SITE, 0x0c04_0010, 0x27bd_fff8);
        put(KEY, 1);
        put(BRANCH, 0x0804_0008); // j 0x80100020
        VerificationResult result = run();
        assertTrue(result.isClean(), result.table());
        assertEquals(Map.of("function tracing: on, to _mcount", 1, "jump label: taken", 1), result.sites());
    }

    @Test
    void aBranchThatIsNotAsItsKeySaysIsTold() {
        put(BRANCH, 0x0804_0008);
        assertEquals(
                "0x80100014 .text+0x14, vfs_read+0x14: expected 0x00000000, found 0x08040008;"
                        + " jump label, in none of its forms: not taken",
                only().toString());
    }

    @Test
    void aSiteThatCallsAnotherFunctionIsTold() {
        put(SITE, 0x0c04_0100, 0x27bd_fff8);
        assertEquals(
                List.of(Address.of(SITE), Address.of(SITE + 4)),
                run().differences().stream().map(Difference::address).toList());
    }

    @Test
    void changedCodeAndConstantsAreToldWithTheirSymbols() {
        put(TEXT + 0xc, 0x0804_0400);
        put(TABLE, 0x8800_0000);
        assertEquals(
                List.of(
                        "0x8010000c .text+0xc, vfs_read+0xc: expected 0x03e00008, found 0x08040400",
                        "0x80100118 .rodata+0x18, sys_call_table: expected 0x80100000, found 0x88000000"),
                run().differences().stream().map(Difference::toString).toList());
    }

    @Test
    void theTracersBranchOverItselfIsGoneAfterTheBoot() {
        put(TRACER, 0x1000_0003);
        assertEquals(Address.of(TRACER), only().address());
    }

    @Test
    void generatedCodeMayJumpWithinTheKernelAlone() {
        put(CLEAR_PAGE, 0x0804_0010); // j 0x80100040
        assertTrue(run().isClean());
        put(CLEAR_PAGE, 0x0804_0400); // j 0x80101000
        assertEquals(
                "0x80100050 .text+0x50, __clear_page_start: expected 0x00000000, found 0x08040400;"
                        + " generated at boot, and leaves the kernel",
                only().toString());
    }

    @Test
    void anotherKernelIsRefused() {
        put(RODATA + 0x10, 0x3720_286d); // "7 (m"
        String message = assertThrows(FormatException.class, this::run).getMessage();
        assertEquals(
                "memory at 0x80100100, linux_banner: \"Linux version 6.7 (me)\", and the vmlinux is of"
                        + " \"Linux version 6.1 (me)\"",
                message);
    }

    @Test
    void filesThatAreNoLinkedKernelAreRefused() {
        byte[] object = ElfBuilder.relocatable(ElfTarget.MIPS_O32_BE).build();
        ElfFile file = ElfFile.view("a.o", object, object.length);
        assertTrue(assertThrows(FormatException.class, () -> KernelVerification.of(file, ARCH, PROFILE))
                .getMessage()
                .startsWith("a.o: a relocatable object"));
    }

    @Test
    void damagedFilesAreRefusedOrTold() {
        byte[] good = vmlinux().build();
        Random random = new Random(12);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bad = good.clone();
            for (int n = 0; n < 4; n++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                KernelVerification.of(ElfFile.view(bad), ARCH, PROFILE).run(memory);
            } catch (ModrtException told) {
                refused++;
            }
        }
        assertTrue(refused > 0 && refused < 3000, refused + " of 3000 were refused");
    }
}
