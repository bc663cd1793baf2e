package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.image.Finding.Kind;
import io.modrt.image.FoundModule;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.SymbolMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Changes of an image as rootkits make them, at places that the guest's own symbols and sections tell. */
final class Rootkit {
    private static final List<String> CONSTANTS = List.of(".rodata", ".data.rel.ro", ".data.rel.ro.local");
    private static final List<String> DATA = List.of(".data", ".data.rel", ".data.rel.local");

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

    private final List<FoundModule> modules;
    private final List<FoundModule> hidden;
    private final Optional<Address> tracer;
    private final RootkitPlaces places;
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
        this.hidden = hidden;
        this.tracer = tracer;
        this.symbols = symbols;
        List<FoundModule> shuffled = new ArrayList<>(modules);
        Collections.shuffle(shuffled, new Random(seed));
        this.modules = shuffled;
        ElfFile elf = modules.get(0).file().orElseThrow().elf();
        this.isBig = elf.isBigEndian();
        this.wordBytes = elf.elfClass().wordBytes();
        this.code = RootkitCode.of(elf);
        this.places = new RootkitPlaces(image, guest, elf, code);
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

    private Change jump(PatchedMemory memory, String what, Address at, Address target, Set<Kind> kinds, String told) {
        byte[] words = code.jump(at.value(), target.value());
        places.write(memory, at, words);
        return new Change(what + " at " + at + " to " + target, at, words.length, kinds, told);
    }

    private Optional<Change> inlineJump(PatchedMemory memory) {
        return modules.stream()
                .flatMap(module -> places.functions(module, 2 * RootkitPlaces.LEAST_FUNCTION).stream())
                .findFirst()
                .map(at -> jump(
                        memory,
                        "inline jump",
                        at.plus(RootkitPlaces.LEAST_FUNCTION),
                        code.foreign(),
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        code.foreign().toString()));
    }

    private Optional<Change> entry(PatchedMemory memory) {
        FoundModule other = modules.get(modules.size() - 1);
        Optional<Address> target = modules.stream()
                .filter(module -> !module.equals(other))
                .flatMap(module -> places.functions(module, RootkitPlaces.LEAST_FUNCTION).stream())
                .reduce((first, second) -> second);
        return modules.stream()
                .flatMap(module -> places.function(module, true).stream())
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
                Optional<Address> place = places.pointerTo(module, name, places.functions(module, 1));
                if (place.isPresent()) {
                    places.write(memory, place.get(), places.word(code.foreign().value()));
                    String what = "pointer in " + name + " of " + module.name() + " at " + place.get();
                    return Optional.of(new Change(
                            what, place.get(), wordBytes, kinds, code.foreign().toString()));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Change> export(PatchedMemory memory) {
        for (FoundModule module : modules) {
            Address start = places.sections(module).get("__ksymtab_gpl");
            if (start != null) {
                byte[] old = places.read(start, wordBytes);
                old[old.length - 2] ^= 0x10;
                places.write(memory, start, old);
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
            for (Address function : places.functions(module, 1)) {
                Optional<String> name = own.values().entrySet().stream()
                        .filter(entry -> entry.getValue().equals(function))
                        .map(Map.Entry::getKey)
                        .findFirst();
                Optional<Address> at = name.isPresent() ? places.tableEntry(module, function) : Optional.empty();
                if (at.isPresent()) {
                    int offset = isRemoved ? 0 : wordBytes;
                    Address place = at.get().plus(offset);
                    byte[] bytes = isRemoved ? new byte[Integer.BYTES] : places.word(function.value() + 4);
                    places.write(memory, place, bytes);
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

    private Optional<Change> unlink(PatchedMemory memory) {
        FoundModule module = modules.get(modules.size() / 2);
        Address node = module.structModule().plus(wordBytes);
        byte[] next = places.read(node, wordBytes);
        byte[] previous = places.read(node.plus(wordBytes), wordBytes);
        places.write(memory, Address.of(places.value(next, 0)).plus(wordBytes), previous);
        places.write(memory, Address.of(places.value(previous, 0)), next);
        places.write(memory, node, places.word(0x100));
        places.write(memory, node.plus(wordBytes), places.word(0x122));
        return Optional.of(
                new Change("unlinked: " + module.name(), module.structModule(), 1, Set.of(Kind.HIDDEN), module.name()));
    }

    private Optional<Change> tracer(PatchedMemory memory) {
        return modules.stream()
                .flatMap(module -> places.function(module, true).stream())
                .findFirst()
                .map(function -> {
                    Address at = places.site(function).orElseThrow();
                    Address target = modules.stream()
                            .flatMap(module -> places.functions(module, RootkitPlaces.LEAST_FUNCTION).stream())
                            .reduce((first, second) -> second)
                            .orElseThrow();
                    byte[] words = code.hook(at.value(), target.value());
                    places.write(memory, at, words);
                    return new Change("hook of the tracer at " + at, at, words.length, Set.of(Kind.TRACING), "");
                });
    }

    private Optional<Change> staticBranch(PatchedMemory memory) {
        for (FoundModule module : modules) {
            Address table = places.sections(module).get("__jump_table");
            if (table != null) {
                Address site = code.branchSite(table.value(), places.read(table, 2 * wordBytes));
                if (module.regions().values().stream().anyMatch(region -> region.contains(site))) {
                    byte[] words = code.shortBranch();
                    places.write(memory, site, words);
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
                Address start = places.sections(module)
                        .get(module.file()
                                .orElseThrow()
                                .elf()
                                .section(table.sectionIndex(index))
                                .name());
                if (start != null) {
                    Address at = start.plus(table.value(index));
                    byte[] bytes = places.read(at, Integer.BYTES);
                    bytes[isBig ? 3 : 0] ^= 0x40;
                    places.write(memory, at, bytes);
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
                .flatMap(module -> Optional.ofNullable(places.sections(module).get(".init.text")).stream())
                .filter(at -> Stream.concat(modules.stream(), hidden.stream())
                        .flatMap(module -> module.regions().values().stream())
                        .noneMatch(region -> region.contains(at)))
                .findFirst();
        return modules.stream()
                .flatMap(module -> places.functions(module, 2 * RootkitPlaces.LEAST_FUNCTION).stream())
                .skip(1)
                .findFirst()
                .filter(at -> freed.isPresent())
                .map(at -> jump(
                        memory,
                        "jump into freed memory",
                        at.plus(RootkitPlaces.LEAST_FUNCTION),
                        freed.orElseThrow(),
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        "initialisation"));
    }

    /** A jump to the code of a module that is not on the kernel's list. */
    private Optional<Change> intoHidden(PatchedMemory memory, Address base) {
        return modules.stream()
                .flatMap(module -> places.functions(module, 2 * RootkitPlaces.LEAST_FUNCTION).stream())
                .findFirst()
                .map(at -> jump(
                        memory,
                        "jump into a hidden module",
                        at.plus(RootkitPlaces.LEAST_FUNCTION),
                        base,
                        Set.of(Kind.BRANCH, Kind.STATIC_BRANCH),
                        "hidden module " + HidingModule.NAME));
    }

    /** Another function in the kernel's list of tracers. */
    private Optional<Change> foreignTracer(PatchedMemory memory, Address ops) {
        places.write(memory, ops, places.word(code.foreign().value()));
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
                Address start = places.sections(module).get(section.name());
                if (start == null
                        || !RootkitPlaces.isOnly(elf, section)
                        || section.sizeBytes() == 0
                        || section.name().startsWith(".plt")) {
                    continue;
                }
                Address end = start.plus(section.sizeBytes() + 3 & -4L);
                long free = places.sections(module).values().stream()
                        .filter(other -> module.regions().values().stream()
                                .anyMatch(region -> region.contains(start) && region.contains(other)))
                        .filter(other -> other.compareTo(end) >= 0)
                        .mapToLong(other -> other.minus(end))
                        .min()
                        .orElse(0);
                boolean isInside = module.regions().values().stream()
                        .anyMatch(region -> region.contains(start) && region.contains(end.plus(16)));
                if (free >= 16 && isInside && Arrays.equals(places.read(end, 16), new byte[16])) {
                    byte[] words =
                            Arrays.copyOf(code.jump(end.value(), code.foreign().value()), 12);
                    places.write(memory, end, words);
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
