package io.modrt.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What nm, objcopy and modprobe see of a module: its exports, its imports and the CRCs of both. None of them is modrt's own code. */
final class BinutilsView {
    private static final String EXPORT_RECORD = "__ksymtab_";
    private static final String EXPORT_CRC = "__crc_";
    private static final Pattern MODVERSION = Pattern.compile("0x([0-9a-f]+)\t(\\S+)");

    private final Path module;
    private final Path folder;
    private final Target target;
    private final List<Named> symbols;

    /**
     * A symbol as nm shows it.
     *
     * @param type nm's letter
     * @param value its value, 0 if nm shows none
     * @param section the name of its section
     */
    record Named(String name, char type, long value, String section) {
        boolean isUndefined() {
            return type == 'U' || (section.equals("*UND*") && (type == 'w' || type == 'v'));
        }

        boolean isAbsolute() {
            return section.equals("*ABS*");
        }
    }

    /** Looks at {@code module}; {@code folder} gets the tools' files. */
    BinutilsView(Path module, Path folder, Target target) {
        this.module = module;
        this.folder = folder;
        this.target = target;
        this.symbols = symbols(run(target.tool("nm"), "--format=sysv", "--no-sort", module.toString()));
    }

    /** The symbols in what nm prints in its format of seven columns, {@code name|value|class|type|size|line|section}. */
    static List<Named> symbols(String table) {
        List<Named> symbols = new ArrayList<>();
        for (String line : table.lines().toList()) {
            String[] columns = line.split("\\|", -1);
            if (columns.length == 7 && columns[2].strip().length() == 1) {
                String value = columns[1].strip();
                symbols.add(new Named(
                        columns[0].strip(),
                        columns[2].strip().charAt(0),
                        value.isEmpty() ? 0 : Long.parseUnsignedLong(value, 16),
                        columns[6].strip()));
            }
        }
        return symbols;
    }

    private String run(String... command) {
        return Tool.run(folder, List.of(command)).text();
    }

    /** Each export's name behind the name of its table, from the symbols {@code __ksymtab_NAME}; empty if the module has none. */
    Collection<String> exportsByTable() {
        Collection<String> exports = new TreeSet<>();
        for (Named symbol : symbols) {
            if (symbol.name().startsWith(EXPORT_RECORD) && symbol.section().startsWith("__ksymtab")) {
                exports.add(symbol.section() + " " + symbol.name().substring(EXPORT_RECORD.length()));
            }
        }
        return exports;
    }

    /** The names in {@code __ksymtab_strings}, which stay in a module that is stripped of the symbols of its export records. */
    Collection<String> exportStrings() {
        Path strings = folder.resolve("strings");
        run(
                target.tool("objcopy"),
                "-O",
                "binary",
                "--only-section=__ksymtab_strings",
                module.toString(),
                strings.toString());
        Collection<String> names = new TreeSet<>();
        try {
            String text = Files.exists(strings) ? Files.readString(strings, StandardCharsets.ISO_8859_1) : "";
            for (String name : text.split("\0")) {
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
            Files.deleteIfExists(strings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** The CRC of each export that has one, from the absolute symbols {@code __crc_NAME}. */
    Map<String, Long> exportCrcs() {
        Map<String, Long> crcs = new TreeMap<>();
        for (Named symbol : symbols) {
            if (symbol.name().startsWith(EXPORT_CRC) && symbol.isAbsolute()) {
                crcs.put(symbol.name().substring(EXPORT_CRC.length()), symbol.value() & 0xffff_ffffL);
            }
        }
        return crcs;
    }

    /** The names of all undefined symbols. */
    Collection<String> imports() {
        Collection<String> names = new TreeSet<>();
        symbols.stream().filter(Named::isUndefined).forEach(symbol -> names.add(symbol.name()));
        return names;
    }

    /** The CRC of each import, as modprobe shows them. */
    Map<String, Long> importCrcs() {
        Map<String, Long> crcs = new TreeMap<>();
        for (String line :
                run("modprobe", "--dump-modversions", module.toString()).lines().toList()) {
            Matcher record = MODVERSION.matcher(line);
            if (record.matches()) {
                crcs.putIfAbsent(record.group(2), Long.parseUnsignedLong(record.group(1), 16));
            }
        }
        return crcs;
    }

    /** The defined symbol of this name, if there is exactly one. */
    Optional<Named> defined(String name) {
        List<Named> found = symbols.stream()
                .filter(symbol -> symbol.name().equals(name) && !symbol.isUndefined())
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }
}
