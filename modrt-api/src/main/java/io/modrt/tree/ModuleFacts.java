package io.modrt.tree;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.input.Input;
import io.modrt.module.Compression;
import io.modrt.policy.LoadLimits;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What {@code depmod} reads of a module. Text is decoded as ISO 8859-1, so that it can be written again byte for byte.
 *
 * @param info its modinfo strings
 * @param exports the names of the symbols that it exports
 * @param imports the names of the symbols that it imports, each once: those of the symbol table, then those that only its versions name
 */
record ModuleFacts(Modinfo info, Set<String> exports, Set<String> imports) {

    private static final String CRC = "__crc_";
    private static final int RECORD_BYTES = 64;

    /**
     * Reads the module in {@code file}, which may be compressed. A file that cannot be read or is malformed exports and imports
     * nothing, as for {@code depmod}.
     *
     * @param remarks receives what is wrong with it
     */
    static ModuleFacts read(Path file, Consumer<String> remarks) {
        Modinfo info = new Modinfo(List.of());
        try {
            String name = file.toString();
            byte[] image = Compression.unpacked(name, Input.bytes(file, "a module's file", LoadLimits.standard()));
            ElfFile elf = ElfFile.view(name, image, image.length);
            info = modinfo(elf);
            return of(elf, info);
        } catch (FormatException | UncheckedIOException failure) {
            remarks.accept(failure.getMessage());
            return new ModuleFacts(info, Set.of(), Set.of());
        }
    }

    private static ModuleFacts of(ElfFile elf, Modinfo info) {
        Set<String> crcs = new LinkedHashSet<>();
        Set<String> imports = new LinkedHashSet<>();
        SymbolTable symbols = elf.symbolTable().orElseGet(() -> SymbolTable.none(elf));
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.startsWith(i, CRC)) {
                crcs.add(name(symbols, i).substring(CRC.length()));
            }
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF && symbols.nameBytes(i) > 0) {
                imports.add(name(symbols, i));
            }
        }
        contents(elf, "__versions").forEach(versions -> addVersions(versions, imports));
        // why: only a kernel with MODVERSIONS has CRCs; without them, depmod takes every string that names of exports
        // may share
        return new ModuleFacts(info, crcs.isEmpty() ? exportStrings(elf) : crcs, imports);
    }

    private static String name(SymbolTable symbols, int i) {
        Section strings = symbols.stringTable();
        return latin1(strings.file().array(), (int) strings.fileOffset() + symbols.nameOffset(i), symbols.nameBytes(i));
    }

    private static String latin1(byte[] bytes, int from, int lengthBytes) {
        return new String(bytes, from, lengthBytes, StandardCharsets.ISO_8859_1);
    }

    private static Modinfo modinfo(ElfFile elf) {
        List<String> strings = new ArrayList<>();
        contents(elf, ".modinfo").forEach(section -> strings.addAll(strings(section)));
        return new Modinfo(strings);
    }

    private static Set<String> exportStrings(ElfFile elf) {
        Set<String> names = new LinkedHashSet<>();
        contents(elf, "__ksymtab_strings").forEach(section -> names.addAll(strings(section)));
        return names;
    }

    private static List<Section> contents(ElfFile elf, String name) {
        return elf.section(name).filter(Section::hasContents).stream().toList();
    }

    private static List<String> strings(Section section) {
        return Modinfo.strings(section.file().array(), (int) section.fileOffset(), (int) section.sizeBytes());
    }

    /** Adds the names of the records of {@code __versions}: each is a CRC of a word, and a name in the rest of 64 bytes. */
    private static void addVersions(Section versions, Collection<String> names) {
        byte[] bytes = versions.file().array();
        int wordBytes = versions.file().elfClass().wordBytes();
        int end = (int) (versions.fileOffset() + versions.sizeBytes());
        for (int at = (int) versions.fileOffset(); at <= end - RECORD_BYTES; at += RECORD_BYTES) {
            int length = 0;
            while (wordBytes + length < RECORD_BYTES && bytes[at + wordBytes + length] != 0) {
                length++;
            }
            if (length > 0) {
                names.add(latin1(bytes, at + wordBytes, length));
            }
        }
    }
}
