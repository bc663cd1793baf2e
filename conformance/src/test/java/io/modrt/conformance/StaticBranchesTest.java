package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.StaticBranches;
import io.modrt.version.KernelVersion;
import java.util.HexFormat;
import java.util.ServiceLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code of static branches in the order of memory, as assemblers write it. */
class StaticBranchesTest {

    @ParameterizedTest(name = "{0} {3} -> {4}")
    @CsvSource(delimiter = '|', textBlock = """
        # arch     | e_flags  | nop      | site             | target           | taken    | assembler text
        mips-o32   | 70001001 | 00000000 | c0011008         | c0011020         | 08004408 | j 0xc0011020
        mips-n64   | 80000001 | 00000000 | ffffffffc0011008 | ffffffffc0020000 | 08008000 | j 0xc0020000
        mips-o32   | 90001401 | 00000000 | c0011004         | c0011018         | c8000004 | bc .+20
        mips-n64   | a0000401 | 00000000 | ffffffffc0011018 | ffffffffc0011004 | cbfffffa | bc .-20
        parisc32   | 0        | 08000240 | 811058           | 81106c           | e800001a | b,l,n .+20,%r0
        parisc64   | 0        | 08000240 | 811058           | 81106c           | e800001a | b,l,n .+20,%r0
        aarch64    | 0        | 1f2003d5 | ffff800000011008 | ffff800000011020 | 06000014 | b .+24
        """)
    void takenAndNotTaken(
            String name, String flags, String nop, String site, String target, String taken, String text) {
        Arch arch = ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.name().equals(name))
                .findFirst()
                .orElseThrow();

        ElfHeader header = header(name, flags);
        KernelProfile bare = KernelProfile.of(new KernelVersion(6, 1, 0));
        KernelProfile profile = bare.assuming(arch.usualConfiguration(bare));
        StaticBranches branches = arch.kernel(profile, header).staticBranches().orElseThrow();
        StaticBranches.BranchSite place =
                new StaticBranches.BranchSite(Long.parseUnsignedLong(site, 16), Integer.BYTES);

        assertEquals(nop, HexFormat.of().formatHex(branches.notTaken(Integer.BYTES)), text);
        assertEquals(taken, HexFormat.of().formatHex(branches.taken(place, Long.parseUnsignedLong(target, 16))), text);
    }

    private static ElfHeader header(String name, String flags) {
        boolean isArm = name.equals("aarch64");
        int others = name.startsWith("mips") ? ElfHeader.EM_MIPS : ElfHeader.EM_PARISC;
        ElfClass elfClass = name.endsWith("64") ? ElfClass.ELF64 : ElfClass.ELF32;
        int machine = isArm ? ElfHeader.EM_AARCH64 : others;
        return new ElfHeader(
                elfClass, !isArm, ElfHeader.ET_REL, machine, Integer.parseUnsignedInt(flags, 16), 40, 0, 1, 0);
    }
}
