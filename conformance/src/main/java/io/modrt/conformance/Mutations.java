package io.modrt.conformance;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Random mutations of a kernel's own modules: one field of a header, of a symbol or of a relocation, or one byte of a table that the loader
 * reads, has another value, or the file's end is missing. The same seed draws the same mutations of the same modules.
 *
 * <p>The modules have no signature, which would be refused before anything else is looked at, and no init function, since the comparison
 * is of loaders.
 */
final class Mutations {
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    private static final int MOST_BYTES = 96 << 10;
    private static final int MOST_MODULES = 20;

    /** The sections that the loader reads or writes itself. */
    private static final Set<String> TABLES = Set.of(
            THIS_MODULE,
            "__versions",
            "__param",
            "__ksymtab",
            "__ksymtab_gpl",
            "__ksymtab_strings",
            "__kcrctab",
            "__kcrctab_gpl",
            "__mcount_loc",
            "__patchable_function_entries",
            "__jump_table",
            "__bug_table",
            "__ex_table",
            ".altinstructions",
            ".note.gnu.build-id",
            ".note.Linux",
            ".plt",
            ".init.plt");

    private final Set<Integer> pointers;
    private final Random random;
    private final List<Base> bases;

    /** A module that is drawn from. */
    private record Base(String name, byte[] file, ElfFile elf) {}

    /**
     * A mutated module.
     *
     * @param name unique among the mutations of one draw
     * @param text what is changed in which module
     * @param file its bytes
     */
    record Mutation(String name, String text, byte[] file) {}

    /**
     * Draws the modules from {@code tree}.
     *
     * @param pointers where {@code struct module} has pointers to the init and the exit function
     */
    Mutations(Path tree, long seed, Set<Integer> pointers) throws IOException {
        this.pointers = Set.copyOf(pointers);
        this.random = new Random(seed);
        List<Path> files = new ArrayList<>(LoadTree.modules(tree));
        Collections.shuffle(files, random);
        this.bases = new ArrayList<>();
        for (Path file : files) {
            if (bases.size() == MOST_MODULES) {
                break;
            }
            ModuleFile module = ModuleFile.open(file);
            int bytes = module.elf().lengthBytes();
            if (module.info().depends().isEmpty() && bytes <= MOST_BYTES) {
                byte[] plain = withoutInit(module);
                bases.add(new Base(module.name(), plain, ElfFile.view(plain)));
            }
        }
    }

    /** The module without its signature, and without the relocations that fill in its init and exit functions. */
    private static byte[] withoutInit(ModuleFile module) {
        ElfFile elf = module.elf();
        byte[] plain = Arrays.copyOf(elf.array(), elf.lengthBytes());
        RecordShape shape = RecordShape.section(elf.elfClass());
        for (RelocationSection relocations : elf.relocationSections()) {
            if (relocations.target().isNamed(THIS_MODULE)) {
                int header = (int) elf.header().sectionHeadersOffset()
                        + relocations.section().index() * shape.bytes();
                put(plain, header, shape.fields().get(7), elf.isBigEndian(), 0); // sh_info: relocates section 0
            }
        }
        return plain;
    }

    /** The modules before any mutation, each under a name of its own. */
    List<Mutation> unchanged() {
        return bases.stream()
                .map(base -> new Mutation("sound_" + bases.indexOf(base), base.name() + ": as it is", base.file()))
                .toList();
    }

    /** The next {@code count} mutations. */
    List<Mutation> draw(int count) {
        List<Mutation> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Base base = bases.get(random.nextInt(bases.size()));
            drawn.add(mutate(String.format(Locale.ROOT, "drawn_%05d", i), base));
        }
        return drawn;
    }

    private Mutation mutate(String name, Base base) {
        int kind = random.nextInt(100);
        if (kind < 2) {
            int length = random.nextInt(base.file().length);
            return new Mutation(
                    name,
                    base.name() + ": cut off at 0x" + Integer.toHexString(length),
                    Arrays.copyOf(base.file(), length));
        }
        if (kind < 12) {
            return field(name, base, "header", 0, RecordShape.header(base.elf().elfClass()));
        }
        if (kind < 50) {
            return section(name, base);
        }
        if (kind < 68) {
            return symbol(name, base);
        }
        return kind < 84 ? relocation(name, base) : content(name, base);
    }

    private Mutation section(String name, Base base) {
        RecordShape shape = RecordShape.section(base.elf().elfClass());
        int index = random.nextInt(base.elf().sectionCount());
        int at = (int) base.elf().header().sectionHeadersOffset() + index * shape.bytes();
        return field(name, base, "section " + base.elf().section(index), at, shape);
    }

    private Mutation symbol(String name, Base base) {
        RecordShape shape = RecordShape.symbol(base.elf().elfClass());
        var symbols = base.elf().symbolTable().orElseThrow();
        int index = random.nextInt(symbols.count());
        int at = (int) symbols.section().fileOffset() + index * shape.bytes();
        return field(name, base, "symbol " + index + " (" + symbols.name(index) + ")", at, shape);
    }

    private Mutation relocation(String name, Base base) {
        List<RelocationSection> loaded = base.elf().relocationSections().stream()
                .filter(relocations -> relocations.target().isAllocated() && relocations.count() > 0)
                .toList();
        if (loaded.isEmpty()) {
            return section(name, base);
        }
        RelocationSection relocations = loaded.get(random.nextInt(loaded.size()));
        RecordShape shape = RecordShape.relocation(relocations, base.elf().header());
        int index = random.nextInt(relocations.count());
        int at = (int) relocations.section().fileOffset() + index * shape.bytes();
        return field(name, base, relocations.section() + " entry " + index, at, shape);
    }

    /** A byte of a table, of the names or of {@code .modinfo}. */
    private Mutation content(String name, Base base) {
        List<Section> read = base.elf().sections().stream()
                .filter(s -> s.hasContents() && s.sizeBytes() > 0)
                .filter(s -> TABLES.contains(s.name()) || s.isNamed(".modinfo") || s.type() == Section.SHT_STRTAB)
                .toList();
        Section section = read.get(random.nextInt(read.size()));
        int offset = random.nextInt((int) section.sizeBytes());
        if (section.isNamed(THIS_MODULE)
                && pointers.contains(offset & -base.elf().elfClass().wordBytes())) {
            return content(name, base); // the kernel would call what is there
        }
        RecordShape.FieldShape one = new RecordShape.FieldShape("byte", 0, 1);
        return replaced(
                name,
                base,
                "section " + section + "+0x" + Integer.toHexString(offset),
                (int) section.fileOffset() + offset,
                one);
    }

    private Mutation field(String name, Base base, String record, int at, RecordShape shape) {
        return replaced(
                name,
                base,
                record,
                at,
                shape.fields().get(random.nextInt(shape.fields().size())));
    }

    private Mutation replaced(String name, Base base, String record, int at, RecordShape.FieldShape field) {
        boolean big = base.elf().isBigEndian();
        long before = get(base.file(), at, field, big);
        long after = before;
        while (after == before) {
            after = value(before, field.bytes());
        }
        byte[] file = base.file().clone();
        put(file, at, field, big, after);
        return new Mutation(
                name,
                base.name() + ": " + record + " " + field.name() + " 0x" + Long.toHexString(before) + " -> 0x"
                        + Long.toHexString(after),
                file);
    }

    /** A value that a check might get wrong, or any. */
    private long value(long before, int bytes) {
        long mask = bytes == Long.BYTES ? -1 : (1L << 8 * bytes) - 1;
        long drawn = switch (random.nextInt(9)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> before + 1;
            case 3 -> before - 1;
            case 4 -> before ^ 1L << random.nextInt(8 * bytes);
            case 5 -> -1;
            case 6 -> random.nextInt(64);
            case 7 -> 1L << random.nextInt(8 * bytes);
            default -> random.nextLong();
        };
        return drawn & mask;
    }

    private static long get(byte[] file, int record, RecordShape.FieldShape field, boolean big) {
        long value = 0;
        for (int i = 0; i < field.bytes(); i++) {
            int at = record + field.at() + (big ? i : field.bytes() - 1 - i);
            value = value << 8 | file[at] & 0xff;
        }
        return value;
    }

    private static void put(byte[] file, int record, RecordShape.FieldShape field, boolean big, long value) {
        for (int i = 0; i < field.bytes(); i++) {
            int at = record + field.at() + (big ? field.bytes() - 1 - i : i);
            file[at] = (byte) (value >>> 8 * i);
        }
    }
}
