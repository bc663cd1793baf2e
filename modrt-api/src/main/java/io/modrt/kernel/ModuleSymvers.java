package io.modrt.kernel;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * The {@code Module.symvers} of a kernel build, which lists everything that the kernel and its modules export. Immutable. A line has five
 * columns with tabs between: CRC, name, exporting module, kind of export and, since 5.4, namespace.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleSymvers {

    private final Map<String, Export> exports;

    private ModuleSymvers(Map<String, Export> exports) {
        this.exports = exports;
    }

    /**
     * One line.
     *
     * @param crc the CRC; empty if the kernel has no MODVERSIONS
     * @param module the exporter: {@code vmlinux}, or the path of a module without its suffix
     * @param kind who may use it
     * @param namespace the namespace that a module must import to use it; empty for none
     */
    public record Export(OptionalInt crc, String module, ExportKind kind, String namespace) {

        KernelSymbol of(KernelSymbol symbol) {
            KernelSymbol exported = symbol.exported(kind, namespace);
            return crc.isPresent() ? exported.withCrc(crc.getAsInt()) : exported;
        }
    }

    static ModuleSymvers read(Path path) throws IOException {
        // why: Latin-1 has a character for every byte, and names are ASCII
        try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
            return new ModuleSymvers(parse(path.toString(), lines.lines()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static ModuleSymvers read(Reader reader) throws IOException {
        try {
            return new ModuleSymvers(parse("Module.symvers", new BufferedReader(reader).lines()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static ModuleSymvers parse(String text) {
        return new ModuleSymvers(parse("Module.symvers", text.lines()));
    }

    private static Map<String, Export> parse(String source, Stream<String> lines) {
        Map<String, Export> exports = new HashMap<>();
        boolean anyCrc = false;
        int number = 0;
        for (Iterator<String> rest = lines.iterator(); rest.hasNext(); ) {
            String line = rest.next();
            number++;
            if (line.isBlank()) {
                continue;
            }
            String[] columns = line.split("\t", -1);
            Export export = export(columns, source, number);
            anyCrc |= export.crc().orElse(0) != 0;
            exports.putIfAbsent(columns[1], export);
        }
        if (exports.isEmpty()) {
            throw new FormatException(
                    Refusal.beyondKernel(source + ": no line; give the Module.symvers of the kernel's build"));
        }
        if (!anyCrc) {
            // why: a build without MODVERSIONS writes 0x00000000 in every line
            exports.replaceAll((name, export) ->
                    new Export(OptionalInt.empty(), export.module(), export.kind(), export.namespace()));
        }
        return exports;
    }

    private static Export export(String[] columns, String source, int line) {
        // why: 5.4 had the namespace in the third column, all other versions have it last or not at all
        int kind = columns.length >= 5 && columns[4].startsWith("EXPORT_") ? 4 : 3;
        if (columns.length <= kind || columns[1].isEmpty() || !columns[kind].startsWith("EXPORT_")) {
            throw malformed(source, line, "not CRC, name, module, EXPORT_SYMBOL and namespace with tabs between");
        }
        String namespace = kind == 4 ? columns[2] : columns.length > 4 ? columns[4] : "";
        return new Export(
                OptionalInt.of(crc(columns[0], source, line)),
                columns[kind - 1],
                columns[kind].contains("_GPL") ? ExportKind.GPL : ExportKind.PLAIN,
                namespace);
    }

    private static int crc(String column, String source, int line) {
        try {
            return Integer.parseUnsignedInt(column, column.startsWith("0x") ? 2 : 0, column.length(), 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw malformed(source, line, "\"" + column + "\" is no CRC of 8 hexadecimal digits");
        }
    }

    private static FormatException malformed(String source, int line, String what) {
        return new FormatException(Refusal.beyondKernel(source + ": line " + line + ": " + what));
    }

    /** The line of {@code name}; empty if it is not exported. */
    public Optional<Export> find(String name) {
        return Optional.ofNullable(exports.get(name));
    }

    /** The names that are exported. */
    public Set<String> names() {
        return Set.copyOf(exports.keySet());
    }
}
