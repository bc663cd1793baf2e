package io.modrt.conformance;

import io.modrt.spi.Stub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Follows the instructions of stubs that objdump prints: the value of {@code $25} at the {@code jr} is the stub's target. */
final class StubText {
    /** For example {@code 40000000: 3c191000  lui $25,0x1000}: address, word, instruction, operands. */
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\s+([0-9a-f]{8})\\s+(\\S+)(?:\\s+(\\S+))?.*");

    private static final Pattern LOAD = Pattern.compile("\\$25,(-?\\w+)");
    private static final Pattern CHANGE = Pattern.compile("\\$25,\\$25,(-?\\w+)");

    private final Target target;
    private final Path folder;

    StubText(Target target, Path folder) {
        this.target = target;
        this.folder = folder;
    }

    /** The stubs whose words, in {@code image}, lead elsewhere than they should by what objdump prints. */
    List<String> faults(Words image, List<Stub> stubs) {
        List<String> faults = new ArrayList<>();
        for (Stub stub : stubs) {
            long address = stub.address().value();
            Words.Placed region = image.at(address, stub.template().sizeBytes()).orElseThrow();
            int from = (int) (address - region.address());
            byte[] words = Arrays.copyOfRange(
                    region.bytes().array(), from, from + stub.template().sizeBytes());
            List<String> text = disassemble(words);
            try {
                long goes = target.wrap(follow(text));
                if (goes != stub.target().value()) {
                    faults.add("objdump: the stub to %s goes to 0x%x: %s".formatted(stub.target(), goes, text));
                }
            } catch (IllegalArgumentException unexpected) {
                faults.add("objdump: " + unexpected.getMessage() + " in " + text);
            }
        }
        return faults;
    }

    private List<String> disassemble(byte[] words) {
        Path file = folder.resolve("stub");
        try {
            Files.write(file, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String machine = target.isR6() ? (target.is64Bit() ? "mips:isa64r6" : "mips:isa32r6") : "mips:isa64r2";
        return Tool.run(
                        folder,
                        List.of(
                                target.tool("objdump"),
                                "--disassemble-all",
                                "--disassemble-zeroes",
                                "--target=binary",
                                "--architecture=" + machine,
                                target.isBigEndian() ? "--endian=big" : "--endian=little",
                                "--disassembler-options=gpr-names=numeric",
                                "stub"))
                .text()
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(4) == null ? line.group(3) : line.group(3) + " " + line.group(4))
                .toList();
    }

    /** The target of a stub, computed as 64-bit instructions do. */
    private static long follow(List<String> text) {
        long register = 0;
        for (String instruction : text) {
            String[] parts = instruction.split(" ", 2);
            String operands = parts.length == 2 ? parts[1] : "";
            switch (parts[0]) {
                case "lui" -> register = (int) (number(LOAD, operands) << 16);
                case "addiu", "daddiu" -> register += number(CHANGE, operands);
                case "dsll" -> register <<= number(CHANGE, operands);
                case "jr" -> {
                    if (operands.equals("$25")) {
                        return register;
                    }
                    throw new IllegalArgumentException("jr " + operands);
                }
                default -> throw new IllegalArgumentException("unexpected " + instruction);
            }
        }
        throw new IllegalArgumentException("no jr");
    }

    private static long number(Pattern shape, String operands) {
        Matcher matcher = shape.matcher(operands);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("unexpected operands " + operands);
        }
        return Long.decode(matcher.group(1));
    }
}
