package io.modrt.testkit.contract;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Code of an architecture as an independent assembler makes it. The text has a line for each piece: what it is, addresses, and behind a
 * colon its instructions as numbers in hexadecimal, each of which is stored in the byte order of code; two digits are one byte.
 *
 * <pre>
 *   # TEXT                      a comment
 *   stub ADDRESS TARGET : CODE  a stub at ADDRESS that leads to TARGET. If its code loads TARGET from a slot, CODE is all that stands from
 *                               ADDRESS to the end of the slot, the stubs between them too
 *   nop : CODE                  a static branch that is not taken
 *   jump ADDRESS TARGET : CODE  a static branch at ADDRESS that is taken
 *   site DISTANCE : CODE        from the address that the tracing table lists on, what stands there once a module is loaded and nothing is
 *                               traced; the kernel knows the site by the address DISTANCE (decimal) bytes on
 *   call SITE ENTRY : CODE      all of a site that calls ENTRY
 * </pre>
 *
 * Where an architecture has several forms of one thing, each has a line, and one of them must hold.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AssemblerWords {
    private final List<Piece> pieces;

    /** What a line is of. */
    enum Kind {
        STUB("stub", 2),
        NOT_TAKEN("nop", 0),
        TAKEN("jump", 2),
        SITE("site", 1),
        CALL("call", 2);

        private final String word;
        private final int numbers;

        Kind(String word, int numbers) {
            this.word = word;
            this.numbers = numbers;
        }
    }

    /** One line: its numbers, and each instruction as digits. */
    record Piece(Kind kind, List<Long> numbers, List<String> code) {

        /** The code as bytes. A new array. */
        byte[] bytes(ByteOrder order) {
            byte[] bytes = new byte[code.stream().mapToInt(String::length).sum() / 2];
            int at = 0;
            for (String instruction : code) {
                byte[] number = HexFormat.of().parseHex(instruction);
                for (int i = 0; i < number.length; i++) {
                    bytes[at + i] = number[order == ByteOrder.BIG_ENDIAN ? i : number.length - 1 - i];
                }
                at += number.length;
            }
            return bytes;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(kind.word);
            numbers.forEach(number -> text.append(" 0x").append(Long.toHexString(number)));
            return text.append(" : ").append(String.join(" ", code)).toString();
        }
    }

    private AssemblerWords(List<Piece> pieces) {
        this.pieces = pieces;
    }

    /** No code at all: of an architecture without stubs, tracing and static branches. */
    public static AssemblerWords none() {
        return new AssemblerWords(List.of());
    }

    /** The code of a text in the format above. */
    public static AssemblerWords of(String text) {
        return new AssemblerWords(text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(AssemblerWords::piece)
                .toList());
    }

    private static Piece piece(String line) {
        int colon = line.indexOf(':');
        String[] words = line.substring(0, Math.max(colon, 0)).trim().split(" +");
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(words[0]) && words.length - 1 == kind.numbers) {
                List<Long> numbers =
                        Arrays.stream(words).skip(1).map(AssemblerWords::number).toList();
                return new Piece(
                        kind, numbers, List.of(line.substring(colon + 1).trim().split(" +")));
            }
        }
        throw new IllegalArgumentException("not a line of an assembler's words: " + line);
    }

    private static long number(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }

    List<Piece> of(Kind kind) {
        return pieces.stream().filter(piece -> piece.kind == kind).toList();
    }
}
