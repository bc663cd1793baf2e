package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.image.StructModuleShape.Field;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.module.ModuleFile;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds where the fields of {@code struct module} are, by a vote of the modules: each names every offset at which its own bytes are as the
 * field's must be, and the offset that most of them name is the field's.
 */
final class ShapeEvidence {
    /** Longs behind a region's base among which old kernels have its size. */
    private static final int SIZES = 4;
    /** The fields of a {@code struct module_use}: two list heads, then the user and the used module. */
    private static final int USE_WORDS = 6;

    private static final int NOWHERE = -1;

    /** One module with what its file says. */
    record Voter(StructModule module, LayoutPlan plan, byte[] bytes) {}

    private final KernelMemory memory;
    private final int wordBytes;
    private final Set<Long> modules = new HashSet<>();
    private final Map<String, Map<Integer, Integer>> votes = new TreeMap<>();

    ShapeEvidence(KernelMemory memory, List<StructModule> found) {
        this.memory = memory;
        this.wordBytes = memory.wordBytes();
        found.forEach(module -> modules.add(module.at().value()));
    }

    /** The name of the field that points to a region. */
    static String baseOf(RegionKind kind) {
        return "base of " + kind;
    }

    /** The name of the field with the size of a region. */
    static String sizeOf(RegionKind kind) {
        return "size of " + kind;
    }

    StructModuleShape of(List<Voter> voters) {
        Map<String, Field> fields = new TreeMap<>();
        fields.put("state", new Field(0, voters.size(), "the same in all kernels"));
        fields.put("list", new Field(wordBytes, voters.size(), "the same in all kernels"));
        fields.put("name", new Field(3 * wordBytes, voters.size(), "the same in all kernels"));
        for (Voter voter : voters) {
            vote(voter);
        }
        votes.forEach((field, offsets) -> offsets.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .ifPresent(best -> fields.put(field, new Field(best.getKey(), best.getValue(), evidence(field)))));
        Field exit = fields.get("exit");
        if (exit != null) {
            fields.put("refcnt", new Field(exit.offset() + wordBytes, exit.modules(), "behind exit"));
        }
        Field kallsyms = fields.get("kallsyms");
        if (kallsyms != null) {
            taints(voters, kallsyms).ifPresent(field -> fields.put("taints", field));
        }
        return new StructModuleShape(fields);
    }

    private static String evidence(String field) {
        return switch (field) {
            case "init", "exit" -> "a relocation of the file";
            case "percpu" -> "the size of the per-CPU section follows";
            case "source_list", "target_list" -> "leads to a module_use of this module";
            case "kallsyms" -> "points to the word behind it";
            default -> field.startsWith("size") ? "the region's size" : "the region's size follows";
        };
    }

    private void vote(Voter voter) {
        ModuleFile file = voter.plan().file();
        pointer(file, "init_module").ifPresent(offset -> add("init", offset));
        pointer(file, "cleanup_module").ifPresent(offset -> add("exit", offset));
        byte[] bytes = voter.bytes();
        long self = voter.module().at().value();
        Map<RegionKind, Long> sizes = new HashMap<>();
        voter.plan().regions().stream()
                .filter(region -> !region.kind().isInit())
                .forEach(region -> sizes.put(region.kind(), region.sizeBytes()));
        long perCpuBytes = perCpu(voter.plan()).map(Section::sizeBytes).orElse(0L);
        for (int at = 3 * wordBytes; at + wordBytes <= bytes.length; at += wordBytes) {
            int offset = at;
            long word = memory.word(bytes, at);
            if (word == 0) {
                continue;
            }
            sizes.forEach((kind, size) -> {
                int sizeAt = isBase(voter, kind, word) ? sizeOffset(bytes, offset + wordBytes, size) : NOWHERE;
                if (sizeAt != NOWHERE) {
                    add(baseOf(kind), offset);
                    add(sizeOf(kind), sizeAt);
                }
            });
            if (perCpuBytes > 0 && number(bytes, at + wordBytes) == perCpuBytes) {
                add("percpu", at);
            }
            if (word == self + at + wordBytes) {
                add("kallsyms", at);
            }
            votesOfUse(self, at, word);
        }
    }

    private void votesOfUse(long self, int at, long word) {
        if (word == self + at || !Address.of(word).isAligned(wordBytes)) {
            return;
        }
        memory.bytes(Address.of(word), USE_WORDS * wordBytes).ifPresent(use -> {
            boolean isUser = modules.contains(memory.word(use, 4 * wordBytes));
            if (isUser && memory.word(use, 5 * wordBytes) == self) {
                add("source_list", at);
            }
            if (memory.word(use, 2 * wordBytes) == self && modules.contains(memory.word(use, 3 * wordBytes))) {
                add("target_list", at);
            }
        });
    }

    private void add(String field, int offset) {
        votes.computeIfAbsent(field, any -> new HashMap<>()).merge(offset, 1, Integer::sum);
    }

    /** Whether a word may be a region's base: on a page and, of the region that has the structure itself, at its distance from it. */
    private static boolean isBase(Voter voter, RegionKind kind, long word) {
        LayoutPlan plan = voter.plan();
        Optional<Section> own = plan.file().thisModule();
        if (own.isPresent() && plan.region(own.get()).filter(kind::equals).isPresent()) {
            return voter.module().at().value() - word
                    == plan.regionOffset(own.get()).orElse(-1);
        }
        return Address.of(word).isAligned(plan.profile().pageBytes());
    }

    private int sizeOffset(byte[] bytes, int from, long size) {
        for (int at = from; at < from + SIZES * wordBytes; at += Integer.BYTES) {
            if (number(bytes, at) == size) {
                return at;
            }
        }
        return NOWHERE;
    }

    private long number(byte[] bytes, int at) {
        return at + Integer.BYTES <= bytes.length
                ? Integer.toUnsignedLong(Bytes.getInt(bytes, at, memory.isBig()))
                : -1;
    }

    /** The offset of the pointer to a function in the file's {@code struct module}. */
    static OptionalInt pointer(ModuleFile file, String function) {
        int symbol = file.symbols().indexOf(function);
        Optional<Section> own = file.thisModule();
        if (symbol == SymbolTable.NONE || own.isEmpty()) {
            return OptionalInt.empty();
        }
        for (RelocationSection relocations : file.elf().relocationSections()) {
            if (relocations.target().index() == own.get().index()) {
                for (int i = 0; i < relocations.count(); i++) {
                    if (relocations.symbol(i) == symbol) {
                        return OptionalInt.of((int) relocations.offset(i));
                    }
                }
            }
        }
        return OptionalInt.empty();
    }

    /** The section of per-CPU data that the kernel keeps apart. */
    static Optional<Section> perCpu(LayoutPlan plan) {
        for (String name : List.of(".data..percpu", ".data.percpu")) {
            Optional<Section> section = plan.file().elf().section(name);
            if (section.isPresent()
                    && plan.region(section.get()).isEmpty()
                    && section.get().sizeBytes() > 0) {
                return section;
            }
        }
        return Optional.empty();
    }

    /**
     * The taints are the last long in front of the symbol tables, or of the table of bugs in kernels that have one, that is a small number in
     * all modules. In kernels without that table they are in front of {@code kallsyms}.
     */
    private Optional<Field> taints(List<Voter> voters, Field kallsyms) {
        int at = kallsyms.offset() - wordBytes;
        boolean areSmall =
                voters.stream().allMatch(voter -> Long.compareUnsigned(memory.word(voter.bytes(), at), 1L << 20) < 0);
        if (areSmall) {
            return Optional.of(new Field(at, voters.size(), "in front of kallsyms"));
        }
        int behindBugs = kallsyms.offset() - 5 * wordBytes; // taints, num_bugs, bug_list (two words), bug_table
        boolean areBugs = behindBugs > 0
                && voters.stream()
                        .allMatch(voter -> Long.compareUnsigned(memory.word(voter.bytes(), behindBugs), 1L << 20) < 0);
        return areBugs
                ? Optional.of(new Field(
                        behindBugs, voters.size(), "in front of the bug table, which is in front of kallsyms"))
                : Optional.empty();
    }

    /** The size of a region of a plan; empty if it has none of this kind. */
    static Optional<Region> region(LayoutPlan plan, RegionKind kind) {
        return plan.regions().stream().filter(region -> region.kind() == kind).findFirst();
    }
}
