package io.modrt.conformance;

import io.modrt.LiveModule;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.RelocationType;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Counts the relocations that the kernel applies to a module, by type. */
final class RelocationCount {
    private RelocationCount() {}

    /** The counts of a loaded module, by the psABI's names. */
    static Map<String, Integer> of(LiveModule module) {
        Map<String, Integer> named = new TreeMap<>();
        for (RelocationSection section : module.file().elf().relocationSections()) {
            if (module.placed().address(section.target()).isEmpty()) {
                continue;
            }
            int[] counts = new int[256];
            for (int i = 0; i < section.count(); i++) {
                counts[section.type(i)]++;
            }
            for (int type = 0; type < counts.length; type++) {
                if (counts[type] > 0) {
                    named.merge(name(module, section, type), counts[type], Integer::sum);
                }
            }
        }
        return named;
    }

    private static String name(LiveModule module, RelocationSection section, int type) {
        KernelProfile profile = module.placed().plan().profile();
        return arch(module.file().elf().header())
                .flatMap(arch -> arch.relocations(profile, section.addends()).type(type))
                .map(RelocationType::psabiName)
                .orElse("type " + type);
    }

    private static Optional<Arch> arch(ElfHeader header) {
        return ServiceLoader.load(Arch.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(arch -> arch.accepts(header))
                .findFirst();
    }
}
