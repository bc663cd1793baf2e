package io.modrt.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What objdump says of AArch64 instructions. */
final class AArch64Text {
    /** For example {@code ffff800000123004: 94000010  bl 0xffff800000123044}: address, word, instruction with its operands. */
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\s+[0-9a-f]{8}\\s+(\\S.*?)\\s*");

    private final Path folder;

    AArch64Text(Path folder) {
        this.folder = folder;
    }

    /** The text of each instruction, by its address: operands behind one space, without remarks. */
    Map<Long, String> read(long address, byte[] code) {
        try {
            Files.write(folder.resolve("code"), code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String listing = Tool.run(
                        folder,
                        List.of(
                                Target.AARCH64.tool("objdump"),
                                "--disassemble-all",
                                "--disassemble-zeroes",
                                "--target=binary",
                                "--architecture=aarch64",
                                "--endian=little",
                                "--adjust-vma=0x" + Long.toHexString(address),
                                "code"))
                .text();
        Map<Long, String> text = new HashMap<>();
        listing.lines().map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
            String instruction = line.group(2).replace('\t', ' ').replaceFirst("\\s+(//|;).*", "");
            text.put(Long.parseUnsignedLong(line.group(1), 16), instruction);
        });
        return text;
    }
}
