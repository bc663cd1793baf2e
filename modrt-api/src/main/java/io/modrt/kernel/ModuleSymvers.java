package io.modrt.kernel;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import java.io.Reader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Module.symvers} of a kernel build, which lists everything that the kernel and its modules export. Immutable. A line has
 * columns with tabs between: CRC, name and exporting module, then since 2.6.18 the kind of export, and since 5.7 the namespace. Linux 5.4
 * has the namespace in front of the module.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleSymvers {
    private static final String KERNEL = "vmlinux";
    private static final Map<String, ExportKind> KINDS = Map.of(
            "EXPORT_SYMBOL", ExportKind.PLAIN,
            "EXPORT_SYMBOL_GPL", ExportKind.GPL,
            "EXPORT_SYMBOL_GPL_FUTURE", ExportKind.GPL_FUTURE,
            "EXPORT_UNUSED_SYMBOL", ExportKind.UNUSED,
            "EXPORT_UNUSED_SYMBOL_GPL", ExportKind.UNUSED_GPL,
            "(unknown)", ExportKind.EXPORTED);

    private final Map<String, Export> exports;
    private final Set<String> modules;
    private final List<String> remarks;

    private ModuleSymvers(Map<String, Export> exports, List<String> remarks) {
        this.exports = exports;
        this.modules = new HashSet<>();
        exports.values().forEach(export -> modules.add(moduleName(export.module())));
        this.remarks = remarks;
    }

    /**
     * One line.
     *
     * @param crc the CRC; empty if the kernel has no MODVERSIONS
     * @param module the exporter: {@code vmlinux}, or the path of a module without its suffix
     * @param kind who may use it; {@link ExportKind#EXPORTED} in files without that column
     * @param namespace the namespace that a module must import to use it; empty for none
     */
    public record Export(OptionalInt crc, String module, ExportKind kind, String namespace) {}

    static ModuleSymvers read(Path path, LoadLimits limits) {
        return parse(
                path.toString(), Input.text(path, "a Module.symvers", limits).lines());
    }

    static ModuleSymvers read(Reader reader) {
        return parse(Input.text("Module.symvers", reader, LoadLimits.standard()));
    }

    static ModuleSymvers parse(String text) {
        return parse("Module.symvers", text.lines());
    }

    private static ModuleSymvers parse(String source, Stream<String> lines) {
        Map<String, Export> exports = new HashMap<>();
        Remarks remarks = new Remarks();
        FormatException firstOdd = null;
        boolean anyCrc = false;
        int number = 0;
        for (Iterator<String> rest = lines.iterator(); rest.hasNext(); ) {
            String line = rest.next();
            number++;
            if (line.isBlank()) {
                continue;
            }
            String[] columns = line.split("\t", -1);
            OptionalInt crc = crc(columns[0]);
            Export export = crc.isEmpty() ? null : export(columns, crc);
            if (export != null) {
                anyCrc |= crc.getAsInt() != 0;
                exports.putIfAbsent(columns[1], export);
                continue;
            }
            String what = source + ": line " + number + ": "
                    + (columns.length > 2 && crc.isEmpty()
                            ? "\"" + columns[0] + "\" is no CRC of 8 hexadecimal digits"
                            : "not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between");
            remarks.add(() -> what);
            if (firstOdd == null) {
                firstOdd = new FormatException(Refusal.beyondKernel(what));
            }
        }
        if (exports.isEmpty()) {
            throw firstOdd != null
                    ? firstOdd
                    : new FormatException(
                            Refusal.beyondKernel(source + ": no line; give the Module.symvers of the kernel's build"));
        }
        if (!anyCrc) {
            // why: a build without MODVERSIONS writes 0x00000000 in every line
            exports.replaceAll((name, export) ->
                    new Export(OptionalInt.empty(), export.module(), export.kind(), export.namespace()));
        }
        return new ModuleSymvers(exports, remarks.list());
    }

    /** Reads a line; null if it is none of such a file. */
    private static @Nullable Export export(String[] columns, OptionalInt crc) {
        if (columns.length < 3 || columns[1].isEmpty()) {
            return null;
        }
        if (columns.length == 3) {
            return new Export(crc, columns[2], ExportKind.EXPORTED, "");
        }
        ExportKind kind = KINDS.get(columns[3]);
        if (kind != null) {
            return new Export(crc, columns[2], kind, columns.length > 4 ? columns[4] : "");
        }
        ExportKind kindOf54 = columns.length > 4 ? KINDS.get(columns[4]) : null;
        return kindOf54 == null ? null : new Export(crc, columns[3], kindOf54, columns[2]);
    }

    /** Reads a CRC, which some tools write as a sign-extended or zero-extended word of 64 bits; empty if it is none. */
    private static OptionalInt crc(String column) {
        try {
            long value = Long.parseUnsignedLong(column, column.startsWith("0x") ? 2 : 0, column.length(), 16);
            return value == (int) value || value >>> 32 == 0 ? OptionalInt.of((int) value) : OptionalInt.empty();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return OptionalInt.empty();
        }
    }

    /** The name of a module of this path, as a loaded module has it. */
    private static String moduleName(String path) {
        return path.substring(path.lastIndexOf('/') + 1).replace('-', '_');
    }

    /** Adds to a symbol what this file says of it. */
    KernelSymbol versioned(KernelSymbol symbol) {
        Export export = exports.get(symbol.name());
        String owner = symbol.owner().isEmpty() ? KERNEL : moduleName(symbol.owner());
        boolean isKnown = symbol.kind() != ExportKind.UNKNOWN;
        if (export == null || (isKnown && !moduleName(export.module()).equals(owner))) {
            return isKnown || !modules.contains(owner) ? symbol : symbol.exported(ExportKind.NOT_EXPORTED, "");
        }
        ExportKind kind =
                export.kind() == ExportKind.EXPORTED && symbol.kind().isExported() ? symbol.kind() : export.kind();
        KernelSymbol exported =
                symbol.exported(kind, export.namespace().isEmpty() ? symbol.namespace() : export.namespace());
        return export.crc().isPresent() ? exported.withCrc(export.crc().getAsInt()) : exported;
    }

    /** The line of {@code name}; empty if it is not exported. */
    public Optional<Export> find(String name) {
        return Optional.ofNullable(exports.get(name));
    }

    /** The names that are exported. */
    public Set<String> names() {
        return Collections.unmodifiableSet(exports.keySet());
    }

    /** What of the file could not be read, for its user; none if everything was read. */
    public List<String> remarks() {
        return remarks;
    }
}
