package io.modrt.testkit.port;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.RelocationException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.RelocationType;
import io.modrt.version.KernelVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Compares an architecture with GNU ld: a module is placed by modrt, then relocated by the architecture and linked by ld, with the same
 * addresses of sections and the same values of symbols.
 *
 * <pre>{@code
 * LinkerComparison ld = LinkerComparison.with(new I386Arch(), "ld", "-m", "elf_i386");
 * assertEquals(List.of(), ld.compare(ModuleFile.open(path)).differences());
 * }</pre>
 *
 * <p>Bytes are compared as relocation alone leaves them, before the kernel's steps after it. The kernel's symbols are made up, near the start
 * of the architecture's kernel area; give others ({@link #symbols}) if branches do not reach those, since ld makes veneers of its own where
 * the kernel makes stubs. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LinkerComparison {
    private static final int MOST_DIFFERENCES = 10;
    private static final int SHOWN_BYTES = 8;

    private final Arch arch;
    private final List<String> linker;
    private final KernelSymbols symbols;
    private final @Nullable KernelProfile profile;

    private LinkerComparison(Arch arch, List<String> linker, KernelSymbols symbols, @Nullable KernelProfile profile) {
        this.arch = arch;
        this.linker = linker;
        this.symbols = symbols;
        this.profile = profile;
    }

    /**
     * What came of one module.
     *
     * @param module the module's name
     * @param sections how many sections were compared
     * @param bytes how many bytes these have
     * @param relocations how many relocations these have
     * @param differences what is not the same, each with the place and the types there; empty if all is
     */
    public record Comparison(String module, int sections, long bytes, long relocations, List<String> differences) {

        /** Copies the list. */
        public Comparison {
            differences = List.copyOf(differences);
        }
    }

    /**
     * A comparison with a linker.
     *
     * @param linker the command of GNU ld for the machine, with its options: {@code "arm-linux-gnueabi-ld"}, or {@code "ld", "-m", "elf_i386"}
     */
    public static LinkerComparison with(Arch arch, String... linker) {
        return new LinkerComparison(
                Objects.requireNonNull(arch, "arch"), List.of(linker), KernelSymbols.synthetic(), null);
    }

    /** The same with other values for the kernel's symbols. */
    public LinkerComparison symbols(KernelSymbols kernel) {
        return new LinkerComparison(arch, linker, Objects.requireNonNull(kernel, "kernel"), profile);
    }

    /** The same for another kernel than that of each module's vermagic. */
    public LinkerComparison profile(KernelProfile kernel) {
        return new LinkerComparison(arch, linker, symbols, Objects.requireNonNull(kernel, "kernel"));
    }

    /**
     * Relocates and links one module.
     *
     * @throws java.io.UncheckedIOException if the linker cannot be run
     * @throws io.modrt.error.ModrtException if the module cannot be laid out or its symbols have no values
     */
    public Comparison compare(ModuleFile file) {
        return placed(file, (resolved, sections) -> {
            LinkerRun run = link(resolved, sections);
            RelocatedModule relocated;
            try {
                relocated = resolved.relocate();
            } catch (RelocationException refused) {
                List<String> said = run.said().isEmpty()
                        ? List.of("ld links it, the architecture refuses it: " + refused.getMessage())
                        : List.of();
                return new Comparison(file.name(), 0, 0, 0, said);
            }
            return compared(relocated, sections, run);
        });
    }

    private static Comparison compared(RelocatedModule relocated, SortedMap<Integer, Long> sections, LinkerRun run) {
        PlacedModule placed = relocated.resolved().placed();
        ModuleFile file = placed.file();
        List<String> differences = new ArrayList<>();
        if (!run.said().isEmpty()) {
            differences.add("ld says: " + run.said());
        }
        int compared = 0;
        long bytes = 0;
        for (Map.Entry<Integer, Long> entry : sections.entrySet()) {
            Section section = file.elf().section(entry.getKey());
            if (section.sizeBytes() > 0 && !isPlaceholder(placed, section)) {
                Optional<byte[]> linked = run.bytes(section, entry.getValue());
                if (linked.isEmpty()) {
                    differences.add("ld has no " + section.name() + " of " + section.sizeBytes() + " bytes at "
                            + Address.of(entry.getValue())
                            + "; where ld made veneers, choose symbols that its branches reach");
                } else {
                    compared++;
                    bytes += section.sizeBytes();
                    compare(placed, section, linked.get(), relocated.relocated(section), differences);
                }
            }
        }
        return new Comparison(file.name(), compared, bytes, count(file, sections.keySet()), differences);
    }

    private static void compare(
            PlacedModule placed, Section section, byte[] linked, byte[] relocated, List<String> differences) {
        byte[] ours = Arrays.copyOf(relocated, linked.length);
        int at = Arrays.mismatch(linked, ours);
        while (at >= 0 && differences.size() < MOST_DIFFERENCES) {
            int end = Math.min(at + SHOWN_BYTES, linked.length);
            differences.add(placed.file().name() + ": " + section.name() + "+0x" + Integer.toHexString(at) + ": ld has "
                    + HexFormat.of().formatHex(linked, at, end) + ", the architecture "
                    + HexFormat.of().formatHex(ours, at, end) + "; relocated there: " + typesAt(placed, section, at));
            int next = Arrays.mismatch(linked, end, linked.length, ours, end, ours.length);
            at = next < 0 ? -1 : end + next;
        }
    }

    private static Set<String> typesAt(PlacedModule placed, Section section, int at) {
        Set<String> types = new LinkedHashSet<>();
        for (RelocationSection relocations : placed.file().elf().relocationSections()) {
            if (relocations.target().index() == section.index()) {
                for (int i = 0; i < relocations.count(); i++) {
                    long distance = at - relocations.offset(i);
                    if (distance >= 0 && distance < Long.BYTES) {
                        int number = relocations.type(i);
                        types.add(placed.plan()
                                .archKernel()
                                .relocations(relocations.addends())
                                .type(number)
                                .map(RelocationType::psabiName)
                                .orElse("type " + number));
                    }
                }
            }
        }
        return types;
    }

    private static long count(ModuleFile file, Set<Integer> sections) {
        return file.elf().relocationSections().stream()
                .filter(relocations -> sections.contains(relocations.target().index()))
                .mapToLong(RelocationSection::count)
                .sum();
    }

    /**
     * Links one module and writes ld's bytes as a case of {@link io.modrt.testkit.contract.LinkerWords}, behind a line
     * {@code module FILE} that the caller writes. Keep the text with the test, which then needs no linker.
     *
     * @param name the name of the case, one word
     * @throws java.io.UncheckedIOException if the linker cannot be run
     * @throws IllegalStateException if ld does not link the module; its words are the message
     */
    public String words(String name, ModuleFile file) {
        return placed(file, (resolved, sections) -> {
            LinkerRun run = link(resolved, sections);
            if (!run.said().isEmpty() || run.made().isEmpty()) {
                throw new IllegalStateException(file.name() + ": " + run.said());
            }
            StringBuilder text = new StringBuilder("case " + name + "\n");
            values(resolved)
                    .forEach((symbol, value) ->
                            text.append(String.format(Locale.ROOT, "symbol %s %x\n", symbol, value)));
            ElfFile elf = file.elf();
            sections.forEach((index, address) -> text.append(String.format(
                    Locale.ROOT, "section %d %s %x\n", index, elf.section(index).name(), address)));
            sections.forEach((index, address) -> {
                Section section = elf.section(index);
                if (section.hasContents() && section.sizeBytes() > 0) {
                    int from = Math.toIntExact(section.fileOffset());
                    int size = Math.toIntExact(section.sizeBytes());
                    byte[] before = Arrays.copyOfRange(elf.array(), from, from + size);
                    byte[] after = run.bytes(section, address)
                            .orElseThrow(() -> new IllegalStateException("ld has no " + section));
                    appendWords(text, index, before, after);
                }
            });
            return text.append("verdict ok\n").toString();
        });
    }

    private static void appendWords(StringBuilder text, int index, byte[] before, byte[] after) {
        int start = 0;
        while (start < before.length) {
            int end = start;
            while (end < before.length
                    && !Arrays.equals(before, end, wordEnd(end, before), after, end, wordEnd(end, before))) {
                end = wordEnd(end, before);
            }
            if (end > start) {
                text.append(String.format(
                        Locale.ROOT,
                        "words %d %x %s\n",
                        index,
                        start,
                        HexFormat.of().formatHex(after, start, end)));
            }
            start = wordEnd(end, before);
        }
    }

    private static int wordEnd(int start, byte[] bytes) {
        return Math.min(start + Integer.BYTES, bytes.length);
    }

    private LinkerRun link(ResolvedModule resolved, SortedMap<Integer, Long> sections) {
        ElfFile elf = resolved.placed().file().elf();
        return LinkerRun.of(
                linker, LinkerInput.of(elf, sections.keySet(), sections.keySet()), sections, values(resolved));
    }

    /** The value of each undefined symbol that has one; ld takes 0 for a weak one without. */
    private static SortedMap<String, Long> values(ResolvedModule resolved) {
        SortedMap<String, Long> values = new TreeMap<>();
        SymbolTable table = resolved.placed().file().symbols();
        for (int i = 1; i < table.count(); i++) {
            if (table.rawSectionIndex(i) == Symbol.SHN_UNDEF
                    && resolved.values().value(i) != 0) {
                values.put(table.name(i), resolved.values().value(i));
            }
        }
        return values;
    }

    private static boolean isPlaceholder(PlacedModule placed, Section section) {
        return placed.shape(section).sizeBytes() != section.sizeBytes();
    }

    /** Loads the module up to its symbols' values, for a kernel without options that keep sections from being loaded. */
    private <T> T placed(ModuleFile file, BiFunction<ResolvedModule, SortedMap<Integer, Long>, T> what) {
        KernelProfile kernel = profile != null
                ? profile
                : file.info()
                        .vermagic()
                        .map(KernelProfile::ofVermagic)
                        .orElseGet(() -> KernelProfile.of(new KernelVersion(6, 1, 0)));
        LoadPolicy policy = file.policy().orElse(LoadPolicy.kernelExact()).relaxed(Rule.VERMAGIC, Rule.MODVERSIONS);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                        .arch(arch)
                        .profile(kernel.with(ConfigOption.SMP, false).with(ConfigOption.KALLSYMS, false))
                        .kernelSymbols(symbols)
                        .build();
                PlacedModule placed = runtime.plan(file, policy).place()) {
            SortedMap<Integer, Long> sections = new TreeMap<>();
            for (Section section : file.elf().sections()) {
                placed.address(section).ifPresent(address -> sections.put(section.index(), address.value()));
            }
            return what.apply(placed.resolve(), sections);
        }
    }
}
