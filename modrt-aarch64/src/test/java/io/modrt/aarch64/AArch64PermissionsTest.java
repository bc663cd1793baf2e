package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.memory.Permission;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AArch64PermissionsTest {
    private static final int PAGE_BYTES = 4096;
    private static final int NOP = 0xd503_201f;
    /** Sections that the kernel makes executable, whatever the file says. */
    private static final Set<String> PLACEHOLDERS =
            Set.of(".plt", ".init.plt", ".text.ftrace_trampoline", ".init.text.ftrace_trampoline");

    private static Permission permission(FakeMemory memory, Address address) {
        return memory.permissions().entrySet().stream()
                .filter(entry -> entry.getKey().contains(address))
                .map(Map.Entry::getValue)
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private static Permission expected(Section section, boolean isInitialised) {
        if (section.isExecutable() || PLACEHOLDERS.contains(section.name())) {
            return Permission.READ_EXECUTE;
        }
        boolean isAfterInit =
                section.name().equals(".data..ro_after_init") || section.name().equals("__jump_table");
        if (isAfterInit ? isInitialised : !section.isWritable()) {
            return Permission.READ;
        }
        return Permission.READ_WRITE;
    }

    private static byte[] module() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m")
                .text(NOP, NOP)
                .initText(NOP)
                .data(1, 2, 3)
                .function("f", ".text", 0);
        module.readOnly(".rodata").zeros(100);
        module.writable(".data..ro_after_init").zeros(24);
        module.writable(".init.data").zeros(8);
        module.readOnly(".init.rodata").zeros(8);
        for (String name : PLACEHOLDERS) {
            module.code(name).bytes((byte) 0).alignment(1);
        }
        return module.build();
    }

    private static LiveModule load(String version, boolean isStrict, FakeMemory memory) {
        KernelProfile profile =
                KernelProfile.of(KernelVersion.parse(version)).with(ConfigOption.STRICT_MODULE_RWX, isStrict);
        return ModuleRuntime.builder()
                .profile(profile)
                .memory(memory)
                .kernelSymbols(KernelSymbols.synthetic())
                .build()
                .load(ModuleFile.open(module()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1.192", "6.12.117"})
    void eachSectionHasThePermissionOfItsFlags(String version) {
        FakeMemory memory = FakeMemory.zeroed();
        LiveModule module = load(version, true, memory);

        for (boolean isInitialised : new boolean[] {false, true}) {
            if (isInitialised) {
                module.dropInit();
            }
            for (Section section : module.file().elf().sections()) {
                Optional<Address> address = module.placed().address(section);
                boolean isThere = address.isPresent() && section.isAllocated() && section.sizeBytes() > 0;
                if (isThere && !(isInitialised && section.name().startsWith(".init"))) {
                    assertEquals(
                            expected(section, isInitialised),
                            permission(memory, address.get()),
                            section + ", initialised: " + isInitialised);
                }
            }
        }
        for (AddressRange range : memory.permissions().keySet()) {
            assertEquals(0, range.start().value() % PAGE_BYTES, "a permission is of whole pages");
        }
        Address text = module.address(".text").orElseThrow();
        module.unload();
        assertEquals(Permission.READ_WRITE, permission(memory, text), "what is given back is no longer protected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1.192", "6.12.117"})
    void withoutStrictModuleRwxNothingIsProtected(String version) {
        FakeMemory memory = FakeMemory.zeroed();

        load(version, false, memory);

        assertEquals(
                Set.of(Permission.READ_WRITE_EXECUTE),
                Set.copyOf(memory.permissions().values()));
    }
}
