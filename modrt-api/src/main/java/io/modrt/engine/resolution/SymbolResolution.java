package io.modrt.engine.resolution;

import io.modrt.bytes.Printable;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.SectionAddresses;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gives every symbol of a module its final value, by the rules of the kernel's {@code simplify_symbols}. */
public final class SymbolResolution<E extends Exporter> {
    private static final int SHN_LIVEPATCH = 0xff20;
    private static final int FEW = 64;
    /** Most modules define at least as many symbols for each that they import. */
    private static final int SYMBOLS_AN_IMPORT = 8;

    /** How many names a message has of what is wrong. */
    private static final int MOST_NAMES = 12;

    private final SectionAddresses addresses;
    private final ModuleFile file;
    private final Names<E> names;
    private final SymbolUses uses;
    private final Findings findings;
    private final ImportRules<E> rules;
    private final KernelProfile profile;
    private List<KernelSymbol> imports = List.of();
    private final BitSet missing = new BitSet();
    private final List<String> unresolved = new ArrayList<>();
    private final List<String> placeholders;
    private final List<PolicyException> refused = new ArrayList<>();
    private final List<String> kernelLines = new ArrayList<>();
    private Errno lastErrno = Errno.ENOENT;

    /**
     * The resolution of a module at its addresses.
     *
     * @param uses what the module does with its imports
     * @param madeUp the names of symbols that the architecture needs and that placing has made up
     * @param findings to which faults are reported
     */
    public SymbolResolution(
            SectionAddresses addresses, Names<E> names, SymbolUses uses, List<String> madeUp, Findings findings) {
        this.addresses = addresses;
        this.file = addresses.layout().file();
        this.names = names;
        this.uses = uses;
        this.placeholders = new ArrayList<>(madeUp);
        this.findings = findings;
        this.profile = addresses.layout().profile();
        this.rules = new ImportRules<>(file, profile, findings);
    }

    /**
     * Gives every symbol its value.
     *
     * @param perCpuBase the base of the module's per-CPU area
     */
    public Symbols<E> resolve(long perCpuBase) {
        Optional<SymbolTable> table = file.elf().symbolTable();
        long[] values = table.isPresent() ? values(table.get(), perCpuBase) : new long[0];
        if (!unresolved.isEmpty()) {
            throw unresolved();
        }
        if (!refused.isEmpty()) {
            throw refused();
        }
        if (!placeholders.isEmpty()) {
            findings.addLater(madeUp(file.name(), placeholders));
        }
        if (rules.perhapsCount() > 0) {
            findings.addLater(notChecked(file.name(), rules.perhapsExported(), rules.perhapsCount()));
        }
        return new Symbols<>(values, missing, imports, rules.owners(), rules.isProprietary());
    }

    private static Supplier<Diagnostic> madeUp(String module, List<String> names) {
        return () -> new Diagnostic(
                Kind.PLACEHOLDERS,
                module,
                names.size()
                        + " of its symbols have made-up addresses, since neither the kernel nor a loaded module exports"
                        + " them: "
                        + some(names));
    }

    private static Supplier<Diagnostic> notChecked(String module, List<String> first, int count) {
        return () -> new Diagnostic(
                Kind.NOT_CHECKED,
                module,
                "whether the kernel exports " + count
                        + " of its imports, of which the source of the kernel's symbols does not say it: "
                        + some(first, count));
    }

    private long[] values(SymbolTable symbols, long perCpuBase) {
        long[] values = new long[symbols.count()];
        int[] others = defined(symbols, perCpuBase, values);
        Candidates<E> candidates = new Candidates<>(symbols, others, names);
        imports = new ArrayList<>(candidates.count());
        Width width = names.width();
        for (int next = 0; others[next] != 0; next++) {
            int i = others[next];
            int raw = symbols.rawSectionIndex(i);
            values[i] =
                    width.wrap(raw == Symbol.SHN_UNDEF ? undefined(candidates, symbols, i) : reserved(symbols, i, raw));
        }
        return values;
    }

    /** Sets the values of the symbols that need no look-up, and returns the numbers of the others, with 0 behind the last. */
    private int[] defined(SymbolTable symbols, long perCpuBase, long[] values) {
        Width width = names.width();
        int sections = file.elf().sectionCount();
        int perCpu = addresses.layout().perCpuSection();
        int[] others = new int[Math.max(FEW, values.length / SYMBOLS_AN_IMPORT)];
        int count = 0;
        for (int i = 1; i < values.length; i++) {
            int raw = symbols.rawSectionIndex(i);
            int section = raw == Symbol.SHN_XINDEX ? symbols.sectionIndex(i) : raw;
            boolean isInSection = raw != Symbol.SHN_UNDEF
                    && (raw < Symbol.SHN_LORESERVE || raw == Symbol.SHN_XINDEX)
                    && Integer.compareUnsigned(section, sections) < 0;
            if (isInSection) {
                long start = section == perCpu ? perCpuBase : addresses.addressOrZero(section);
                values[i] = width.wrap(symbols.value(i) + start);
            } else if (raw == Symbol.SHN_ABS) {
                values[i] = width.wrap(symbols.value(i));
            } else {
                if (count == others.length - 1) {
                    others = Arrays.copyOf(others, 2 * others.length);
                }
                others[count++] = i;
            }
        }
        return others;
    }

    /** The value of a symbol whose section index is reserved or out of range. */
    private long reserved(SymbolTable symbols, int index, int raw) {
        switch (raw) {
            case SHN_LIVEPATCH -> {
                return symbols.value(index);
            }
            case Symbol.SHN_COMMON -> {
                String name = symbols.name(index);
                if (!name.startsWith("__gnu_lto") || !profile.has(LoaderChange.LTO_COMMONS)) {
                    findings.broken(
                            Rule.COMMON_SYMBOL,
                            Refusal.of(
                                            Errno.ENOEXEC,
                                            "symbol " + name + " is common; compile the module with -fno-common")
                                    .logged(file.name() + ": please compile with -fno-common"));
                    missing.set(index);
                }
                return symbols.value(index);
            }
            default -> {
                missing.set(index);
                String what = "is in section " + Integer.toUnsignedString(symbols.sectionIndex(index))
                        + ", the file has " + file.elf().sectionCount();
                Refusal checked = Refusal.of(Errno.ENOEXEC, what)
                        .logged(file.name() + ": Symbol " + symbols.name(index) + " has an invalid section index " + raw
                                + " (max " + (file.elf().sectionCount() - 1) + ")");
                findings.failed(
                        profile.has(LoaderChange.SYMBOL_SECTIONS_CHECKED) ? checked : Refusal.beyondKernel(what),
                        file.name() + ": symbol " + index + " (" + symbols.name(index) + ")",
                        FormatException::new);
                return symbols.value(index);
            }
        }
    }

    private long undefined(Candidates<E> candidates, SymbolTable symbols, int index) {
        boolean isWeak = symbols.binding(index) == Symbol.STB_WEAK;
        KernelSymbol export;
        try {
            export = find(candidates, symbols, index, isWeak);
        } catch (PolicyException refusal) {
            if (isWeak && profile.has(LoaderChange.UNDEFINED_WEAK_IS_ERROR)) {
                findings.warn(refusal.getMessage());
                return -Errno.EINVAL.number();
            }
            if (isWeak && !profile.has(LoaderChange.ERRNO_OF_CAUSE)) {
                findings.add(
                        Kind.KERNEL_WARNING,
                        "leaves weak " + symbols.name(index) + " unresolved: " + refusal.getMessage());
                return symbols.value(index);
            }
            refused.add(refusal);
            lastErrno = profile.has(LoaderChange.ERRNO_OF_CAUSE) ? refusal.errno() : Errno.ENOENT;
            refusal.kernelMessage().ifPresent(kernelLines::add);
            kernelLines.add(unknownLine(symbols.name(index), -lastErrno.number()));
            return 0;
        }
        if (export != null) {
            imports.add(export);
            return export.address();
        }
        if (!isWeak) {
            String name = symbols.name(index);
            missing.set(index);
            lastErrno = Errno.ENOENT;
            if (findings.policy().isRelaxed(Rule.UNRESOLVED_SYMBOL)) {
                findings.add(Kind.RELAXED_RULE, file.name(), "unknown symbol " + name);
            } else {
                unresolved.add(name);
                kernelLines.add(
                        unknownLine(name, profile.has(LoaderChange.MISSING_SYMBOL_ERRNO) ? -Errno.ENOENT.number() : 0));
            }
        }
        return isWeak && profile.has(LoaderChange.UNDEFINED_WEAK_IS_ERROR)
                ? -Errno.ENOENT.number()
                : symbols.value(index);
    }

    /** Looks a name up: in the modules, the most recent first, then in the kernel's symbols, and makes it up last. */
    private @Nullable KernelSymbol find(Candidates<E> candidates, SymbolTable symbols, int index, boolean isWeak) {
        KernelSymbol known = rules.choose(candidates, index);
        if (known != null || isWeak) { // why: code tests whether a weak symbol is defined
            return known;
        }
        String name = symbols.name(index);
        if (rules.whyHidden(name).isPresent()) { // why: the kernel has one that it does not give
            return known;
        }
        known = names.kernel()
                .placeholder(name, names.madeUpArea(), () -> uses.of(index))
                .orElse(null);
        if (known != null) {
            placeholders.add(name);
        }
        return known;
    }

    private static String some(List<String> names) {
        return some(names.subList(0, Math.min(names.size(), MOST_NAMES)), names.size());
    }

    /** The first names of {@code count}. */
    private static String some(List<String> first, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < first.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(Printable.brief(first.get(i)));
        }
        return text.append(count == first.size() ? "" : " and " + (count - first.size()) + " more")
                .toString();
    }

    /** The line that the kernel logs; until 2.6.34 without an error number. */
    private String unknownLine(String symbol, int error) {
        return file.name() + ": Unknown symbol " + symbol
                + (profile.has(LoaderChange.ERRNO_OF_CAUSE) ? " (err " + error + ")" : "");
    }

    private PolicyException refused() {
        PolicyException last = refused.get(refused.size() - 1);
        PolicyException told = new PolicyException(
                last.rule(),
                Refusal.of(lastErrno, String.valueOf(last.getMessage()))
                        .logged(kernelLines.toArray(String[]::new))
                        .because(last));
        refused.stream().filter(other -> other != last).forEach(told::addSuppressed);
        return told;
    }

    private UnresolvedSymbolsException unresolved() {
        StringBuilder text = new StringBuilder()
                .append(file.name())
                .append(": ")
                .append(unresolved.size())
                .append(unresolved.size() == 1 ? " unknown symbol: " : " unknown symbols: ")
                .append(some(unresolved));
        refused.stream().limit(MOST_NAMES).forEach(other -> text.append("; ").append(other.getMessage()));
        unresolved.stream()
                .filter(name -> rules.whyHidden(name).isPresent())
                .limit(MOST_NAMES)
                .forEach(name -> text.append("; ")
                        .append(Printable.brief(name))
                        .append(" is ")
                        .append(rules.whyHidden(name).orElseThrow()));
        if (unresolved.stream().anyMatch(name -> rules.whyHidden(name).isEmpty())) {
            text.append("; give the runtime a source that knows them, load the modules that export them, or add")
                    .append(" KernelSymbols.synthetic()");
        }
        UnresolvedSymbolsException exception = new UnresolvedSymbolsException(
                unresolved, Refusal.of(lastErrno, text.toString()).logged(kernelLines.toArray(String[]::new)));
        refused.forEach(exception::addSuppressed);
        return exception;
    }
}
