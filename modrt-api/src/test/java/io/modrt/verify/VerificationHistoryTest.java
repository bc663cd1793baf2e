package io.modrt.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kernels of each age change in a module after it was loaded. */
class VerificationHistoryTest {
    private static final long CORE = 0x4000_0000L;
    private static final long INIT = 0x4010_0000L;

    /** .text 0..8, then __jump_table; its two entries are for a nop of 2 bytes in .text and for one in .init.text. */
    private static LiveModule load(ModuleRuntime runtime) {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, ByteCodeArch.MACHINE);
        byte[] code = HexFormat.of().parseHex("6690909090909090");
        elf.section(".text", 1, Section.SHF_ALLOC | Section.SHF_EXECINSTR, code).alignment(8);
        elf.section(".init.text", 1, Section.SHF_ALLOC | Section.SHF_EXECINSTR, code)
                .alignment(8);
        byte[] jumps = elf.words(CORE, CORE + 4, 0x2000_0000, INIT, INIT + 4, 0x2000_0010);
        elf.section("__jump_table", 1, Section.SHF_ALLOC | Section.SHF_WRITE, jumps)
                .alignment(8);
        LoadPolicy policy = LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS);
        return runtime.load(
                ModuleFile.open("m", elf.bytes(), policy),
                Placement.regions(Map.of(RegionKind.CORE, Address.of(CORE), RegionKind.INIT, Address.of(INIT))),
                policy);
    }

    /** The code of the second entry is at 8 + 24 in core, that of the first at 8. */
    @ParameterizedTest
    @CsvSource({"4.19.0, 0x20, 0", "4.20.0, 0x20, 1", "4.19.0, 0x8, 1", "6.1.192, 0x20, 1"})
    void untilKernel4_19EntriesForInitCodeAreClearedWithIt(String version, String offset, int differences) {
        KernelProfile profile =
                KernelProfile.of(KernelVersion.parse(version)).with(ConfigOption.STRICT_MODULE_RWX, false);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new ByteCodeArch())
                .profile(profile)
                .build()) {
            LiveModule module = load(runtime);
            assertEquals(
                    0,
                    Verification.of(module.asLoaded())
                            .run(runtime.memory())
                            .differences()
                            .size());
            runtime.memory().write(Address.of(CORE + Long.decode(offset)), new byte[8], 0, 8);
            assertEquals(
                    differences,
                    Verification.of(module.asLoaded())
                            .run(runtime.memory())
                            .differences()
                            .size());
        }
    }

    /** A key at 20, enabled, with the mark of one that starts as true; its branch at 0 is a nop, as such a key wants before 4.3. */
    @ParameterizedTest
    @CsvSource({"3.16.0, 0", "4.2.0, 0", "4.3.0, 1", "4.9.0, 1"})
    void untilKernel4_2TheKeySaysWhetherItsBranchesAreTakenWhileItIsOff(String version, int differences) {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, false, ByteCodeArch.MACHINE);
        elf.section(
                        ".text",
                        1,
                        Section.SHF_ALLOC | Section.SHF_EXECINSTR,
                        HexFormat.of().parseHex("6690909090909090"))
                .alignment(8);
        elf.section("__jump_table", 1, Section.SHF_ALLOC | Section.SHF_WRITE, elf.words(CORE, CORE + 4, CORE + 0x20))
                .alignment(8);
        elf.section(".data", 1, Section.SHF_ALLOC | Section.SHF_WRITE, elf.words(1, 1))
                .alignment(8);
        LoadPolicy policy = LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new ByteCodeArch())
                .profile(KernelProfile.of(KernelVersion.parse(version)))
                .build()) {
            LiveModule module = runtime.load(
                    ModuleFile.open("m", elf.bytes(), policy),
                    Placement.regions(Map.of(RegionKind.CORE, Address.of(CORE))),
                    policy);
            assertEquals(
                    differences,
                    Verification.of(module.asLoaded())
                            .run(runtime.memory())
                            .differences()
                            .size());
        }
    }
}
