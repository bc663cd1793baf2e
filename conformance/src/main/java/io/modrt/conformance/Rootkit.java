package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.image.Finding.Kind;
import io.modrt.image.FoundModule;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.SymbolMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Changes of an image as rootkits make them, at places that the guest's own symbols and sections tell. */
final class Rootkit {
    private static final List<String> CONSTANTS = List.of(".rodata", ".data.rel.ro", ".data.rel.ro.local");
    private static final List<String> DATA = List.of(".data", ".data.rel", ".data.rel.local");
    private static final int LEAST_FUNCTION = 0x80;

    /**
     * A change.
     *
     * @param what it is
     * @param at the first changed address
     * @param sizeBytes how many bytes
     * @param kinds as which kinds it may be reported
     * @param told a text that the report has
     */
    record Change(String what, Address at, int sizeBytes, Set<Kind> kinds, String told) {}

    private final MemoryImage image;
    private final List<FoundModule> modules;
    private final List<FoundModule> hidden;
    private final Optional<Address> tracer;
    private final KernelDump guest;
    private final Map<String, SymbolMap> symbols;
    private final RootkitCode code;
    private final boolean isBig;
    private final int wordBytes;

    /**
     * Of the modules of an image.
     *
     * @param modules those that are on the guest's list
     * @param hidden those that are not
     * @param tracer the {@code struct ftrace_ops} of the kernel's tracer
     */
    Rootkit(
            MemoryImage image,
            List<FoundModule> modules,
            List<FoundModule> hidden,
            Optional<Address> tracer,
            KernelDump guest,
            Map<String, SymbolMap> symbols,
            long seed) {
        this.image = image;
        this.hidden = hidden;
        this.tracer = tracer;
        this.guest = guest;
        this.symbols = symbols;
        List<FoundModule> shuffled = new ArrayList<>(modules);
        Collections.shuffle(shuffled, new Random(seed));
        this.modules = shuffled;
        ElfFile elf = modules.get(0).file().orElseThrow().elf();
        this.isBig = elf.isBigEndian();
        this.wordBytes = elf.elfClass().wordBytes();
        this.code = RootkitCode.of(elf);
    }

    /** Makes a change; empty where no module has a place for it. */
    @FunctionalInterface
    interface Step {
        Optional<Change> apply(PatchedMemory memory);
    }

    /** All changes, each to be made by itself. */
    List<Step> steps() {
        Stream<Step> always = Stream.of(
                this::inlineJump,
                this::entry,
                memory -> pointer(memory, CONSTANTS, Set.of(Kind.POINTER)),
                memory -> pointer(memory, DATA, Set.of(Kind.DATA_POINTER)),
                this::export,
                memory -> symbol(memory, true),
                memory -> symbol(memory, false),
                this::unlink,
                this::tracer,
                this::staticBranch,
                this::parameter,
                this::intoFreedMemory,
                this::padding);
        Stream<Step> more = hidden.stream()
                .filter(module -> module.name().equals(HidingModule.NAME))
                .flatMap(module -> module.base().stream())
                .map(base -> memory -> intoHidden(memory, base));
        Stream<Step> hooks = tracer.stream().map(ops -> memory -> foreignTracer(memory, ops));
        return Stream.of(always, more, hooks).flatMap(steps -> steps).toList();
    }

    private void write(PatchedMemory memory, Address at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            int from = i;
            image.physical(at.plus(i)).ifPresent(place -> memory.write(place, new byte[] {bytes[from]}));
        }
    }

    private byte[] read(Address at, int length) {
        byte[] bytes = new byte[length];
        image.memory().read(at, bytes, 0, length);
        return bytes;
    }

    private byte[] word(long value) {
        ByteBuffer buffer =
                ByteBuffer.allocate(wordBytes).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return (wordBytes == Integer.BYTES ? buffer.putInt((int) value) : buffer.putLong(value)).array();
    }

    private long value(byte[] bytes, int at) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return wordBytes == Integer.BYTES ? Integer.toUnsignedLong(buffer.getInt(at)) : buffer.getLong(at);
    }

    /** A function of some size in the module's code, by the file's symbols and the guest's addresses. */
    private Optional<Address> function(FoundModule module, boolean isTraced) {
        return functions(module, LEAST_FUNCTION).stream()
                .filter(at -> isTraced == site(at).isPresent())
                .findFirst();
    }

    /** The call site of the tracer of a function. */
    private Optional<Address> site(Address function) {
        Address front = function.plus(-RootkitCode.IN_FRONT);
        byte[] bytes = new byte[RootkitCode.IN_FRONT + LEAST_FUNCTION];
        // why: nothing is mapped in front of a module's first function if it begins its page
        int from = image.physical(front).isPresent() ? 0 : RootkitCode.IN_FRONT;
        image.memory().read(front.plus(from), bytes, from, bytes.length - from);
        OptionalInt site = code.site(bytes);
        return site.isPresent() ? Optional.of(function.plus(site.getAsInt())) : Optional.empty();
    }

    private List<Address> functions(FoundModule module, int leastBytes) {
        ElfFile elf = module.file().orElseThrow().elf();
        SymbolTable table = module.file().orElseThrow().symbols();
        List<Address> found = new ArrayList<>();
        for (int i = 1; i < table.count(); i++) {
            int index = table.sectionIndex(i);
            if (table.type(i) == Symbol.STT_FUNC && index > 0 && table.sizeBytes(i) >= leastBytes) {
                Section section = elf.section(index);
                Address start = sections(module).get(section.name());
                if (start != null && section.name().startsWith(".text") && isOnly(elf, section)) {
                    found.add(start.plus(table.value(i)));
                }
            }
        }
        return found;
    }

    private static boolean isOnly(ElfFile elf, Section section) {
        return elf.sections().stream()
                        .filter(other -> other.name().equals(section.name()))
                        .count()
                == 1;
    }

    private Map<String, Address> sections(FoundModule module) {
        return guest.modules().stream()
                .filter(told -> told.name().equals(module.name()))
                .findFirst()
                .orElseThrow()
                .sections();
    }

    private Change jump(PatchedMemory memory, String what, Address at, Address target, Set<Kind> kinds, String told) {
        byte[] words = code.jump(at.value(), target.value());
        write(memory, at, words);
        return new Change(what + " at " + at + " to " + target, at, words.length, kinds, told);
    }

    private Optional<Change> inlineJump(PatchedMemory memory) {
        return modules.stream()
                .flatMap(module -> functions(module, 2 * LEAST_FUNCTION).stream())
                .findFirst()
                .map(at -> jump(
                        memory,
                        "inline jump",
                        at.plus(LEAST_FUNCTION),
                        code.foreign(),
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        code.foreign().toString()));
    }

    private Optional<Change> entry(PatchedMemory memory) {
        FoundModule other = modules.get(modules.size() - 1);
        Optional<Address> target = modules.stream()
                .filter(module -> !module.equals(other))
                .flatMap(module -> functions(module, LEAST_FUNCTION).stream())
                .reduce((first, second) -> second);
        return modules.stream()
                .flatMap(module -> function(module, true).stream())
                .findFirst()
                .filter(at -> target.isPresent())
                .map(at -> jump(
                        memory,
                        "entry overwritten",
                        at,
                        target.orElseThrow(),
                        Set.of(Kind.BRANCH, Kind.TRACING),
                        "'s "));
    }

    /** A word of one of the sections that is the address of a function of the module, or of its descriptor. */
    private Optional<Change> pointer(PatchedMemory memory, List<String> names, Set<Kind> kinds) {
        for (FoundModule module : modules) {
            for (String name : names) {
                Optional<Address> place = pointerTo(module, name, functions(module, 1));
                if (place.isPresent()) {
                    write(memory, place.get(), word(code.foreign().value()));
                    String what = "pointer in " + name + " of " + module.name() + " at " + place.get();
                    return Optional.of(new Change(
                            what, place.get(), wordBytes, kinds, code.foreign().toString()));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Address> pointerTo(FoundModule module, String name, List<Address> functions) {
        Address start = sections(module).get(name);
        Optional<Section> section = module.file().orElseThrow().elf().section(name);
        if (start == null || section.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = read(start, (int) section.get().sizeBytes());
        for (int at = 0; at + wordBytes <= bytes.length; at += wordBytes) {
            Address pointer = Address.of(value(bytes, at));
            if (functions.contains(pointer) || isDescriptor(module, pointer, functions)) {
                return Optional.of(start.plus(at));
            }
        }
        return Optional.empty();
    }

    private boolean isDescriptor(FoundModule module, Address pointer, List<Address> functions) {
        return code.hasDescriptors()
                && module.regions().values().stream().anyMatch(region -> region.contains(pointer))
                && functions.contains(Address.of(value(read(pointer.plus(2L * wordBytes), wordBytes), 0)));
    }

    private Optional<Change> export(PatchedMemory memory) {
        for (FoundModule module : modules) {
            Address start = sections(module).get("__ksymtab_gpl");
            if (start != null) {
                byte[] old = read(start, wordBytes);
                old[old.length - 2] ^= 0x10;
                write(memory, start, old);
                return Optional.of(new Change(
                        "export of " + module.name() + " at " + start, start, wordBytes, Set.of(Kind.EXPORT), ""));
            }
        }
        return Optional.empty();
    }

    /** Clears the name of a symbol in the table that kallsyms reads, or changes its value. */
    private Optional<Change> symbol(PatchedMemory memory, boolean isRemoved) {
        for (FoundModule module : modules) {
            SymbolMap own = symbols.get(module.name());
            if (own == null) {
                continue;
            }
            for (Address function : functions(module, 1)) {
                Optional<String> name = own.values().entrySet().stream()
                        .filter(entry -> entry.getValue().equals(function))
                        .map(Map.Entry::getKey)
                        .findFirst();
                Optional<Address> at = name.isPresent() ? tableEntry(module, function) : Optional.empty();
                if (at.isPresent()) {
                    int offset = isRemoved ? 0 : wordBytes;
                    Address place = at.get().plus(offset);
                    byte[] bytes = isRemoved ? new byte[Integer.BYTES] : word(function.value() + 4);
                    write(memory, place, bytes);
                    return Optional.of(new Change(
                            (isRemoved ? "kallsyms entry removed: " : "symbol table edited: ") + name.get(),
                            place,
                            bytes.length,
                            Set.of(Kind.SYMBOLS),
                            name.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** The last place of the module's memory that has this value where a symbol's would be. */
    private Optional<Address> tableEntry(FoundModule module, Address value) {
        return module.regions().values().stream()
                .flatMap(region -> {
                    byte[] bytes = read(region.start(), (int) region.sizeBytes());
                    for (int at = (bytes.length - 2 * wordBytes) & -wordBytes; at > 0; at -= wordBytes) {
                        Address place = region.start().plus(at - (long) wordBytes);
                        boolean isBehind = sections(module).values().stream()
                                .allMatch(start -> start.compareTo(place) < 0 || !region.contains(start));
                        if (value(bytes, at) == value.value() && isBehind) {
                            return Stream.of(place);
                        }
                    }
                    return Stream.empty();
                })
                .findFirst();
    }

    private Optional<Change> unlink(PatchedMemory memory) {
        FoundModule module = modules.get(modules.size() / 2);
        Address node = module.structModule().plus(wordBytes);
        byte[] next = read(node, wordBytes);
        byte[] previous = read(node.plus(wordBytes), wordBytes);
        write(memory, Address.of(value(next, 0)).plus(wordBytes), previous);
        write(memory, Address.of(value(previous, 0)), next);
        write(memory, node, word(0x100));
        write(memory, node.plus(wordBytes), word(0x122));
        return Optional.of(
                new Change("unlinked: " + module.name(), module.structModule(), 1, Set.of(Kind.HIDDEN), module.name()));
    }

    private Optional<Change> tracer(PatchedMemory memory) {
        return modules.stream()
                .flatMap(module -> function(module, true).stream())
                .findFirst()
                .map(function -> {
                    Address at = site(function).orElseThrow();
                    Address target = modules.stream()
                            .flatMap(module -> functions(module, LEAST_FUNCTION).stream())
                            .reduce((first, second) -> second)
                            .orElseThrow();
                    byte[] words = code.hook(at.value(), target.value());
                    write(memory, at, words);
                    return new Change("hook of the tracer at " + at, at, words.length, Set.of(Kind.TRACING), "");
                });
    }

    private Optional<Change> staticBranch(PatchedMemory memory) {
        for (FoundModule module : modules) {
            Address table = sections(module).get("__jump_table");
            if (table != null) {
                Address site = code.branchSite(table.value(), read(table, 2 * wordBytes));
                if (module.regions().values().stream().anyMatch(region -> region.contains(site))) {
                    byte[] words = code.shortBranch();
                    write(memory, site, words);
                    return Optional.of(new Change(
                            "static branch of " + module.name() + " at " + site,
                            site,
                            words.length,
                            Set.of(Kind.STATIC_BRANCH),
                            module.name()));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Change> parameter(PatchedMemory memory) {
        for (FoundModule module : modules) {
            for (Map.Entry<String, String> parameter : module.parameters().entrySet()) {
                SymbolTable table = module.file().orElseThrow().symbols();
                int index = table.indexOf(parameter.getKey());
                if (index == SymbolTable.NONE
                        || table.sectionIndex(index) <= 0
                        || table.sizeBytes(index) != Integer.BYTES) {
                    continue;
                }
                Address start = sections(module)
                        .get(module.file()
                                .orElseThrow()
                                .elf()
                                .section(table.sectionIndex(index))
                                .name());
                if (start != null) {
                    Address at = start.plus(table.value(index));
                    byte[] bytes = read(at, Integer.BYTES);
                    bytes[isBig ? 3 : 0] ^= 0x40;
                    write(memory, at, bytes);
                    return Optional.of(new Change(
                            "parameter " + parameter.getKey() + " of " + module.name(),
                            at,
                            Integer.BYTES,
                            Set.of(Kind.PARAMETER),
                            parameter.getKey()));
                }
            }
        }
        return Optional.empty();
    }

    /** A jump to memory that the initialisation of a module had, and nobody has now. */
    private Optional<Change> intoFreedMemory(PatchedMemory memory) {
        Optional<Address> freed = modules.stream()
                .flatMap(module -> Optional.ofNullable(sections(module).get(".init.text")).stream())
                .filter(at -> Stream.concat(modules.stream(), hidden.stream())
                        .flatMap(module -> module.regions().values().stream())
                        .noneMatch(region -> region.contains(at)))
                .findFirst();
        return modules.stream()
                .flatMap(module -> functions(module, 2 * LEAST_FUNCTION).stream())
                .skip(1)
                .findFirst()
                .filter(at -> freed.isPresent())
                .map(at -> jump(
                        memory,
                        "jump into freed memory",
                        at.plus(LEAST_FUNCTION),
                        freed.orElseThrow(),
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        "initialisation"));
    }

    /** A jump to the code of a module that is not on the kernel's list. */
    private Optional<Change> intoHidden(PatchedMemory memory, Address base) {
        return modules.stream()
                .flatMap(module -> functions(module, 2 * LEAST_FUNCTION).stream())
                .findFirst()
                .map(at -> jump(
                        memory,
                        "jump into a hidden module",
                        at.plus(LEAST_FUNCTION),
                        base,
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        "hidden module " + HidingModule.NAME));
    }

    /** Another function in the kernel's list of tracers. */
    private Optional<Change> foreignTracer(PatchedMemory memory, Address ops) {
        write(memory, ops, word(code.foreign().value()));
        return Optional.of(new Change(
                "tracer at " + ops,
                ops,
                wordBytes,
                Set.of(Kind.FOREIGN_TRACER),
                code.foreign().toString()));
    }

    /** Code in the zeros between the end of a section and the next. */
    private Optional<Change> padding(PatchedMemory memory) {
        for (FoundModule module : modules) {
            ElfFile elf = module.file().orElseThrow().elf();
            for (Section section : elf.sections()) {
                Address start = sections(module).get(section.name());
                if (start == null
                        || !isOnly(elf, section)
                        || section.sizeBytes() == 0
                        || section.name().startsWith(".plt")) {
                    continue;
                }
                Address end = start.plus(section.sizeBytes() + 3 & -4L);
                long free = sections(module).values().stream()
                        .filter(other -> module.regions().values().stream()
                                .anyMatch(region -> region.contains(start) && region.contains(other)))
                        .filter(other -> other.compareTo(end) >= 0)
                        .mapToLong(other -> other.minus(end))
                        .min()
                        .orElse(0);
                boolean isInside = module.regions().values().stream()
                        .anyMatch(region -> region.contains(start) && region.contains(end.plus(16)));
                if (free >= 16 && isInside && Arrays.equals(read(end, 16), new byte[16])) {
                    byte[] words =
                            Arrays.copyOf(code.jump(end.value(), code.foreign().value()), 12);
                    write(memory, end, words);
                    return Optional.of(new Change(
                            "cave behind " + section.name() + " of " + module.name() + " at " + end,
                            end,
                            words.length,
                            Set.of(Kind.PADDING),
                            ""));
                }
            }
        }
        return Optional.empty();
    }
}
