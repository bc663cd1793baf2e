package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.image.ImageModules.Entry;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what a module's {@code struct module} says, where the offsets of the fields are known. */
final class ModuleFacts {
    private static final List<String> STATES = List.of("Live", "Loading", "Unloading", "Unformed");
    private static final int USE_WORDS = 6;
    private static final int MOST_USERS = 1 << 12;
    /** The letters of {@code struct taint_flag}, by bit. */
    private static final String LETTERS = "PFSRMBUDAWCIOELKXTN";

    private final KernelMemory memory;
    private final ImageModules modules;
    private final ModuleParameters parameters;
    private final Map<Address, String> names = new HashMap<>();

    ModuleFacts(MemoryImage image, ImageModules modules) {
        this.memory = image.kernelMemory();
        this.modules = modules;
        this.parameters = new ModuleParameters(image);
        modules.entries()
                .forEach(entry -> names.put(entry.module().at(), entry.module().name()));
    }

    FoundModule of(Entry entry) {
        Map<RegionKind, AddressRange> regions = modules.regions(entry);
        return new FoundModule(
                entry.module().name(),
                entry.module().at(),
                entry.isListed(),
                STATES.get(entry.module().state()),
                regions,
                sections(entry),
                references(entry),
                users(entry),
                taints(entry),
                entry.relocated().map(parameters::of).orElse(Map.of()),
                modules.file(entry),
                modules.evidence(entry));
    }

    private static Map<String, Address> sections(Entry entry) {
        Map<String, Address> sections = new LinkedHashMap<>();
        entry.relocated().map(RelocatedModule::resolved).ifPresent(resolved -> {
            PlacedModule placed = resolved.placed();
            for (Section section : placed.file().elf().sections()) {
                placed.address(section)
                        .filter(address -> placed.shape(section).sizeBytes() > 0)
                        .ifPresent(address -> sections.putIfAbsent(section.name(), address));
            }
        });
        return sections;
    }

    private OptionalInt offset(String field) {
        return modules.shape().offset(field);
    }

    private OptionalLong references(Entry entry) {
        OptionalInt offset = offset("refcnt");
        // why: since 3.19 the count begins at 1; before, it was per CPU and had no place here
        OptionalLong count = offset.isEmpty()
                ? OptionalLong.empty()
                : memory.number(entry.module().at().plus(offset.getAsInt()));
        return count.isPresent() && count.getAsLong() > 0
                ? OptionalLong.of((int) count.getAsLong() - 1)
                : OptionalLong.empty();
    }

    private List<String> users(Entry entry) {
        List<String> users = new ArrayList<>();
        OptionalInt offset = offset("source_list");
        if (offset.isEmpty()) {
            return users;
        }
        Address head = entry.module().at().plus(offset.getAsInt());
        Optional<Address> use = memory.pointer(head);
        Set<Address> passed = new HashSet<>();
        while (use.isPresent() && !use.get().equals(head) && passed.add(use.get()) && passed.size() < MOST_USERS) {
            Optional<byte[]> bytes = memory.bytes(use.get(), USE_WORDS * memory.wordBytes());
            bytes.map(there -> names.get(Address.of(memory.word(there, 4 * memory.wordBytes()))))
                    .ifPresent(users::add);
            use = memory.pointer(use.get());
        }
        return users;
    }

    private String taints(Entry entry) {
        OptionalInt offset = offset("taints");
        StringBuilder letters = new StringBuilder();
        if (offset.isPresent()) {
            long bits = memory.pointer(entry.module().at().plus(offset.getAsInt()))
                    .map(Address::value)
                    .orElse(0L);
            for (int bit = 0; bit < LETTERS.length(); bit++) {
                if ((bits >>> bit & 1) == 1) {
                    letters.append(LETTERS.charAt(bit));
                }
            }
        }
        return letters.toString();
    }
}
