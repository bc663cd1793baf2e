package io.modrt.conformance;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.spi.Arch;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Counts the relocations that one kernel applies to modules, by type. */
final class RelocationCount {
    private final Map<AddendKind, RelocationTable> tables = new EnumMap<>(AddendKind.class);

    /** Counts for modules with headers like {@code header} that a kernel of {@code profile} loads. */
    RelocationCount(ElfHeader header, KernelProfile profile) {
        for (Arch arch : ServiceLoader.load(Arch.class)) {
            if (arch.accepts(header)) {
                for (AddendKind addends : AddendKind.values()) {
                    tables.putIfAbsent(addends, arch.kernel(profile, header).relocations(addends));
                }
            }
        }
    }

    /** The counts of a loaded module, by the psABI's type names. */
    Map<String, Integer> of(LiveModule module) {
        Map<String, Integer> named = new TreeMap<>();
        for (RelocationSection section : module.file().elf().relocationSections()) {
            if (module.placed().address(section.target()).isPresent()) {
                Map<Integer, Integer> counts = new HashMap<>();
                for (int i = 0; i < section.count(); i++) {
                    counts.merge(section.type(i), 1, Integer::sum);
                }
                counts.forEach((type, count) -> named.merge(name(section.addends(), type), count, Integer::sum));
            }
        }
        return named;
    }

    private String name(AddendKind addends, int type) {
        RelocationTable table = tables.get(addends);
        RelocationType row = table == null ? null : table.row(type);
        return row == null ? "type " + type : row.psabiName();
    }
}
