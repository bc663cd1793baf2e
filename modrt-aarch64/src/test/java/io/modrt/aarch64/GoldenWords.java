package io.modrt.aarch64;

import io.modrt.elf.AddendKind;
import io.modrt.elf.Section;
import io.modrt.module.ModuleFile;
import io.modrt.spi.RelocationType;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.contract.LinkerWords;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The rows of {@code words.csv} as links of modules, each of which has one relocated word. */
final class GoldenWords {
    static final String FILE = "words.csv";
    static final List<RelocationType> TYPES =
            AArch64Reloc.table(AddendKind.EXPLICIT, false, "").types();

    private static final long BETWEEN_SECTIONS = 0x1_0000;
    private static final long FROM_CORE_TO_INIT = 0x100_0000;

    private GoldenWords() {}

    /** Each row without the first, the head; its cells are split at the bars. */
    static List<String[]> rows() {
        try (BufferedReader words = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(GoldenWords.class.getResourceAsStream(FILE)), StandardCharsets.US_ASCII))) {
            return words.lines().skip(1).map(row -> row.split(" \\| ")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int number(String type) {
        return TYPES.stream()
                .filter(row -> row.psabiName().equals(type))
                .findFirst()
                .orElseThrow()
                .number();
    }

    static long hex(String number) {
        return Long.parseUnsignedLong(number.substring(2), 16);
    }

    /** The bytes of a number of the file in memory. */
    static byte[] littleEndian(String number) {
        byte[] bytes = HexFormat.of().parseHex(number.substring(2));
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    static LinkerWords links() {
        Map<String, byte[]> files = new HashMap<>();
        StringBuilder text = new StringBuilder();
        for (String[] row : rows()) {
            String name = "word" + files.size();
            byte[] module = module(name, row);
            files.put(name, module);
            text.append("module ").append(name).append("\ncase ").append(row[0]);
            text.append("\nsymbol S ").append(row[1].substring(2)).append('\n');
            addSections(text, ModuleFile.open(module), row);
        }
        return LinkerWords.of(text.toString(), files::get);
    }

    private static byte[] module(String name, String[] row) {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name);
        module.code(".text").bytes(littleEndian(row[4]));
        module.relocation(".text", 0, number(row[0]), "S", Long.parseLong(row[2]));
        for (String filled : List.of(".plt", ".init.plt", ".text.ftrace_trampoline")) {
            module.code(filled).bytes((byte) 0);
        }
        return module.build();
    }

    /** {@code .text} lies at the row's place, the other sections behind it. */
    private static void addSections(StringBuilder text, ModuleFile file, String[] row) {
        long next = hex(row[3]) + BETWEEN_SECTIONS & -BETWEEN_SECTIONS;
        for (Section section : file.elf().sections()) {
            if (section.isAllocated()) {
                boolean isText = section.name().equals(".text");
                long other = section.name().startsWith(".init") ? next + FROM_CORE_TO_INIT : next;
                String at = isText ? row[3].substring(2) : Long.toHexString(other);
                text.append("section " + section.index() + " " + section.name() + " " + at + "\n");
                next += BETWEEN_SECTIONS;
                if (isText && !row[6].equals("overflow")) {
                    String bytes = HexFormat.of().formatHex(littleEndian(row[6]));
                    text.append("words " + section.index() + " 0 " + bytes + "\n");
                }
            }
        }
        text.append(row[6].equals("overflow") ? "refused .text+0x0 overflow\nverdict refused\n" : "verdict ok\n");
    }
}
