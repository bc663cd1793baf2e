package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks the words of PA-RISC stubs by what objdump prints for them: each instruction with all its operands. */
final class PariscStubText {
    /** The forms of stubs, with what objdump prints for each word, in hexadecimal; a group stands for an operand that varies. */
    enum Kind {
        /** 32 bit: to an absolute address through the kernel's space register. */
        LONG_BRANCH("ldil L%(-?\\w+),r1", "be,n (-?\\w+)\\(sr4,r1\\)"),
        /** 64 bit: through the descriptor in a GOT slot. */
        GOT("ldd (-?\\w+)\\(dp\\),dp", "ldd 10\\(dp\\),r1", "bve \\(r1\\)", "ldd 18\\(dp\\),dp"),
        /** 64 bit: through a descriptor, without a change of dp. */
        MILLICODE("ldil L%(-?\\w+),r1", "ldo (-?\\w+)\\(r1\\),r1", "ldd 10\\(r1\\),r1", "bve,n \\(r1\\)"),
        /** 64 bit: to code of the module. */
        DIRECT("ldil L%(-?\\w+),r1", "ldo (-?\\w+)\\(r1\\),r1", "bve,n \\(r1\\)");

        private final List<Pattern> words;

        Kind(String... words) {
            this.words = Arrays.stream(words).map(Pattern::compile).toList();
        }
    }

    /**
     * One stub and its expected contents.
     *
     * @param kind its form
     * @param number the displacement of its GOT slot from gp, or its target's address
     * @param words the words
     */
    record Row(Kind kind, long number, List<Integer> words) {

        /** For example {@code GOT 0x10: 537b0020 53610020 e820d000 537b0030}. */
        @Override
        public String toString() {
            return "%s 0x%x: %s"
                    .formatted(
                            kind, number, words.stream().map("%08x"::formatted).collect(Collectors.joining(" ")));
        }
    }

    /** For example {@code 4: e0202802  be,n 400(sr4,r1)}: offset, word, instruction, operands. */
    private static final Pattern LINE = Pattern.compile("\\s*[0-9a-f]+:\\s+(?:[0-9a-f]{2} ){4}\\s*(\\S.*?)\\s*");

    /** The opcode of a load with a short displacement, used for 0 and 8; below, of one with a long displacement. */
    private static final int SHORT = 0x03;

    private static final int LONG = 0x14;
    private static final int MOST_SHORT = 15;
    private static final int SLOT_BYTES = 8;

    private final Target target;
    private final Path folder;

    PariscStubText(Target target, Path folder) {
        this.target = target;
        this.folder = folder;
    }

    /** The stubs of a loaded module in order of allocation, so that each GOT stub for a new symbol has the next slot. */
    List<Row> rows(LiveModule module) {
        List<AddressRange> own = module.placed().plan().regions().stream()
                .map(region -> module.placed().range(region.kind()).orElseThrow())
                .toList();
        List<Row> rows = new ArrayList<>();
        long slots = 0;
        for (Stub stub : module.stubs()) {
            Kind kind = kind(stub, own);
            long number =
                    kind == Kind.GOT ? SLOT_BYTES * slots++ : stub.target().value();
            rows.add(new Row(
                    kind,
                    number,
                    stub.template().pieces().stream()
                            .map(piece -> (int) piece.bits())
                            .toList()));
        }
        return rows;
    }

    private Kind kind(Stub stub, List<AddressRange> own) {
        if (!target.is64Bit()) {
            return Kind.LONG_BRANCH;
        }
        if (own.stream().anyMatch(range -> range.contains(stub.target()))) {
            return Kind.DIRECT;
        }
        return stub.symbol().startsWith("$$") ? Kind.MILLICODE : Kind.GOT;
    }

    /** The differences between memory and the stubs: their words, and zeros up to the next stub. */
    static List<String> faultsInMemory(LiveModule module, byte[] core, int stubBytes) {
        long start =
                module.placed().range(RegionKind.CORE).orElseThrow().start().value();
        ByteBuffer memory = ByteBuffer.wrap(core);
        List<String> faults = new ArrayList<>();
        for (Stub stub : module.stubs()) {
            int at = Math.toIntExact(stub.address().value() - start);
            for (int i = 0; i < stubBytes / Integer.BYTES; i++) {
                List<StubTemplate.Piece> words = stub.template().pieces();
                int expected = i < words.size() ? (int) words.get(i).bits() : 0;
                if (memory.getInt(at + i * Integer.BYTES) != expected) {
                    faults.add("word " + i + " of the stub at " + stub.address() + " is not " + Address.of(expected));
                }
            }
        }
        return faults;
    }

    /** The stubs for which objdump prints other instructions or operands than it should. */
    List<String> faults(List<Row> rows) {
        List<String> text = disassemble(rows);
        List<String> faults = new ArrayList<>();
        int next = 0;
        for (Row row : rows) {
            List<String> lines = text.subList(next, next + row.words().size());
            next += lines.size();
            if (!isRight(row, lines)) {
                faults.add("objdump reads " + row + " as " + lines);
            }
        }
        return faults;
    }

    private boolean isRight(Row row, List<String> lines) {
        if (lines.size() != row.kind().words.size()) {
            return false;
        }
        long sum = 0;
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = row.kind().words.get(i).matcher(lines.get(i));
            if (!matcher.matches()) {
                return false;
            }
            if (matcher.groupCount() == 1) {
                sum += Long.parseLong(matcher.group(1), 16);
            }
        }
        int opcode = row.words().get(0) >>> 26;
        boolean isForm = row.kind() != Kind.GOT || opcode == (row.number() <= MOST_SHORT ? SHORT : LONG);
        return isForm && target.wrap(sum) == row.number();
    }

    private List<String> disassemble(List<Row> rows) {
        ByteBuffer words = ByteBuffer.allocate(rows.stream()
                .mapToInt(row -> row.words().size() * Integer.BYTES)
                .sum());
        rows.forEach(row -> row.words().forEach(words::putInt));
        try {
            Files.write(folder.resolve("stubs"), words.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Tool.run(
                        folder,
                        List.of(
                                target.tool("objdump"),
                                "--disassemble-all",
                                "--disassemble-zeroes",
                                "--target=binary",
                                "--architecture=" + (target.is64Bit() ? "hppa2.0w" : "hppa1.1"),
                                "--endian=big",
                                "stubs"))
                .text()
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .toList();
    }
}
