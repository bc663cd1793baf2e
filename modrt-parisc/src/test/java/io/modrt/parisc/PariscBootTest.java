package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.testkit.ElfBuilder;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.SectionBuilder;
import io.modrt.verify.KernelVerification;
import io.modrt.verify.VerificationResult;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the boot writes into a kernel, by words written out. */
class PariscBootTest {
    private static final long NARROW = 0x1010_0000L;
    private static final long WIDE = 0x4010_0000L;
    private static final int NOP = 0x0800_0240;
    private static final int SYNC = 0x0000_0400;
    private static final KernelProfile ONE_CPU =
            Loads.LINUX_6_1.with(ConfigOption.DYNAMIC_FTRACE, false).withMachine(MachineFacts.of(1));

    private static ArchKernel kernel(ElfTarget target, KernelProfile profile) {
        Arch arch = target.encoding().is64Bit() ? new PariscArch.Wide() : new PariscArch.Narrow();
        ElfHeader header = ElfFile.view(ElfBuilder.relocatable(target).build()).header();
        return arch.kernel(profile, header);
    }

    private static void define(ElfBuilder elf, SectionBuilder section, String name, long value) {
        elf.symbol(name).inReserved(section.index(), value);
    }

    private static KernelVerification verification(ElfBuilder elf, ElfTarget target) {
        return KernelVerification.of(ElfFile.view(elf.build()), kernel(target, ONE_CPU), ONE_CPU);
    }

    private static String words(KernelVerification verification, long from, int count) {
        ByteBuffer bytes = ByteBuffer.wrap(
                verification.expected(Address.of(from), 4 * count).orElseThrow());
        return String.join(
                " ",
                IntStream.range(0, count)
                        .mapToObj(i -> HexFormat.of().toHexDigits(bytes.getInt()))
                        .toList());
    }

    @Test
    void theVectorLeadsFirmwareToTheHandlerOfMachineChecks() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_32).type(2);
        SectionBuilder text = elf.code(".text").address(NARROW);
        text.instructions(0x636f_7773, 0x2063_616e, 0x2066_6c79, 0, 0, 0, 0, 0)
                .instructions(NOP, 0x207b_b002, 0x3463_07c0, 0xe860_c002, NOP, 0, 0, 0)
                .instructions(0x10, 0x20);
        define(elf, text, "fault_vector_20", NARROW);
        define(elf, text, "os_hpmc", NARROW + 0x40);
        KernelVerification verification = verification(elf, ElfTarget.PARISC_32);
        assertEquals("00000000 00000000 00000000", words(verification, NARROW, 3));
        // 08000240 + 207bb002 + 346307c0 + e860c002 + 08000240 + 00100040 is 0x4d4f7c84 in its low 32 bits
        assertEquals("08000240 b2b0837c 00100040 00000000", words(verification, NARROW + 0x30, 4));
    }

    @Test
    void olderKernelsCountTheHandlerToo() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_32).type(2);
        SectionBuilder text = elf.code(".text").address(NARROW);
        text.zeros(0x40).instructions(0x10, 0x20);
        SectionBuilder size = elf.writable(".data").address(NARROW + 0x1000).words(8);
        define(elf, text, "fault_vector_11", NARROW);
        define(elf, text, "os_hpmc", NARROW + 0x40);
        define(elf, size, "os_hpmc_size", NARROW + 0x1000);
        // -(0x100040 + 8 + 0x10 + 0x20) = -0x100078
        assertEquals("ffefff88 00100040 00000008", words(verification(elf, ElfTarget.PARISC_32), NARROW + 0x34, 3));
    }

    @Test
    void theHandlerOfTransfersOfControlSumsUpToZero() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_32).type(2);
        SectionBuilder text = elf.code(".text").address(NARROW).instructions(5, 7, 0, 9);
        define(elf, text, "toc_handler", NARROW);
        define(elf, text, "toc_handler_csum", NARROW + 8);
        assertEquals("00000005 00000007 fffffff4 00000009", words(verification(elf, ElfTarget.PARISC_32), NARROW, 4));
    }

    @Test
    void alternativesAreThoseOfTheMachineOrOfAnother() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_32).type(2);
        SectionBuilder text = elf.code(".text").address(NARROW).instructions(SYNC, SYNC);
        elf.readOnly(".altinstructions")
                .address(NARROW + 0x100)
                .words(-0x100, 0x0001_0001, NOP) // one word, if there is one CPU
                .words(-0x108, 0x0001_0020, NOP); // one word, if QEMU emulates the machine
        define(elf, text, "f", NARROW);
        KernelVerification verification = verification(elf, ElfTarget.PARISC_32);
        assertEquals("08000240 00000400", words(verification, NARROW, 2));
        TargetMemory memory = TargetMemory.of(new byte[0x1000], Address.of(NARROW));
        byte[] both = ElfTarget.PARISC_32.encoding().words(NOP, NOP);
        memory.write(Address.of(NARROW), both, 0, both.length);
        byte[] table = verification.expected(Address.of(NARROW + 0x100), 24).orElseThrow();
        memory.write(Address.of(NARROW + 0x100), table, 0, table.length);
        assertEquals(
                "0x10100004 .text+0x4, f+0x4: expected 0x00000400, found 0x08000240",
                verification.run(memory).differences().get(0).toString());
        KernelProfile emulated = ONE_CPU.withMachine(MachineFacts.of(1).withFeatures("qemu"));
        VerificationResult either =
                verification.orOn(kernel(ElfTarget.PARISC_32, emulated), "qemu").run(memory);
        assertEquals(0, either.differences().size(), either.table());
        assertEquals(Map.of("rewritten for a machine that is not known: with qemu", 1), either.sites());
    }

    @Test
    void theUnwindTableHasAddresses() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_64).type(2);
        SectionBuilder table = elf.readOnly(".PARISC.unwind").address(WIDE).words(0x1fc, 0x2fc, 3, 4);
        define(elf, table, "__start___unwind", WIDE);
        assertEquals("401001fc 401002fc 00000003 00000004", words(verification(elf, ElfTarget.PARISC_64), WIDE, 4));
    }

    @Test
    void theDescriptorOfTheTracerHasTheDataPointer() {
        ElfBuilder elf = ElfBuilder.relocatable(ElfTarget.PARISC_64).type(2);
        SectionBuilder text = elf.code(".text").address(WIDE);
        text.instructions(0xe840_d000, NOP, 0, 0x401e_f130, 0, 0, 0x73c3_3e11);
        define(elf, text, "ftrace_stub", WIDE);
        define(elf, text, "__gp", 0x4104_d120L);
        assertEquals(
                "e840d000 08000240 00000000 00000000 4104d120 00000000 73c33e11",
                words(verification(elf, ElfTarget.PARISC_64), WIDE, 7));
    }
}
