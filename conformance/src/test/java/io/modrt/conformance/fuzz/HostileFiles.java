package io.modrt.conformance.fuzz;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Files that no compiler makes. All are little endian, for 32-bit MIPS. */
final class HostileFiles {
    static final int R_MIPS_32 = 2;
    static final int R_MIPS_26 = 4;
    static final int JAL = 0x0c00_0000;
    static final int LONG_NAME = 500_000;

    private HostileFiles() {}

    /** A module with what {@code more} adds. */
    static byte[] module(Consumer<KernelModuleBuilder> more) {
        KernelModuleBuilder module =
                KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "evil").text(0, 0, 0, 0);
        more.accept(module);
        return module.build();
    }

    /** A module with a symbol of a long name, and {@code count} more symbols whose names are ends of it. */
    static byte[] suffixes(int count, boolean undefined) {
        byte[] file = module(module -> {
            module.function("x".repeat(LONG_NAME), ".text", 0);
            for (int i = 0; i < count; i++) {
                if (undefined) {
                    module.imports("u" + i);
                } else {
                    module.function("u" + i, ".text", 0);
                }
            }
        });
        ElfFile elf = ElfFile.view(file);
        SymbolTable symbols = elf.symbolTable().orElseThrow();
        int longest = 0;
        for (int i = 1; i < symbols.count(); i++) {
            longest = symbols.nameBytes(i) == LONG_NAME ? symbols.nameOffset(i) : longest;
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.name(i).startsWith("u")) {
                bytes.putInt((int) symbols.section().fileOffset() + i * 16, longest + i);
            }
        }
        return file;
    }

    /** A module of many small sections, whose names are ends of a long one. */
    static byte[] sections(int count) {
        byte[] file = module(module -> {
            module.readOnly(".x".repeat(LONG_NAME / 2)).bytes((byte) 1);
            for (int i = 0; i < count; i++) {
                module.readOnly(".r" + i).bytes((byte) 1);
            }
        });
        ElfFile elf = ElfFile.view(file);
        int longest = offset(
                elf,
                elf.sections().stream()
                        .filter(s -> s.name().length() == LONG_NAME)
                        .findFirst()
                        .orElseThrow());
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (Section section : elf.sections()) {
            if (section.name().startsWith(".r")
                    && section.name().length() < 8
                    && !section.name().startsWith(".rel")) {
                bytes.putInt(header(elf, section), longest + 2 * (section.index() & 0xff));
            }
        }
        return file;
    }

    private static int header(ElfFile elf, Section section) {
        return (int) elf.header().sectionHeadersOffset()
                + section.index() * elf.header().sectionHeaderBytes();
    }

    private static int offset(ElfFile elf, Section section) {
        return ByteBuffer.wrap(elf.array()).order(ByteOrder.LITTLE_ENDIAN).getInt(header(elf, section));
    }

    /** A module in which each of {@code count} words refers to one symbol with a long name. */
    static byte[] relocations(int count, int type) {
        String symbol = "y".repeat(LONG_NAME);
        return module(module -> {
            SectionBuilder code = module.code(".text.many").zeros(4 * count);
            module.function(symbol, ".text", 0);
            for (int i = 0; i < count; i++) {
                module.relocation(code.name(), 4L * i, type, symbol);
            }
        });
    }

    /** A module that exports {@code count} symbols; {@code sameName} makes their names equal. */
    static byte[] exports(int count, boolean sameName) {
        byte[] file = module(module -> {
            module.function("f", ".text", 0);
            for (int i = 0; i < count; i++) {
                String name = "e" + (100_000 + i);
                module.function(name, ".text", 0);
                module.exports(name);
            }
        });
        if (sameName) {
            Section strings = ElfFile.view(file).section("__ksymtab_strings").orElseThrow();
            for (int at = (int) strings.fileOffset(); at < strings.fileOffset() + strings.sizeBytes(); at++) {
                file[at] = file[at] >= '0' && file[at] <= '9' ? (byte) 'x' : file[at];
            }
        }
        return file;
    }

    /** A module whose table of call sites repeats one address. */
    static byte[] sites(int count) {
        int[] entries = new int[count];
        java.util.Arrays.fill(entries, 0xc000_0100);
        return module(module -> module.writable("__mcount_loc").words(entries));
    }

    /** ASCII bytes. */
    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
