package io.modrt.examples;

import io.modrt.address.Address;

/** Assembler text of the few MIPS instructions that the reports show. */
final class Instruction {
    private Instruction() {}

    /** The instruction {@code word} at {@code place}; any other is shown as data. */
    static String text(int word, Address place) {
        return switch (word >>> 26) {
            case 0 -> word == 0 ? "nop" : ".word  0x" + Integer.toHexString(word);
            case 2 -> "j      " + jumpTarget(word, place);
            case 3 -> "jal    " + jumpTarget(word, place);
            case 9 -> "addiu  " + target(word) + "," + source(word) + "," + (short) word;
            case 15 -> "lui    " + target(word) + ",0x" + Integer.toHexString(word & 0xffff);
            case 25 -> "daddiu " + target(word) + "," + source(word) + "," + (short) word;
            default -> ".word  0x" + Integer.toHexString(word);
        };
    }

    /** The target of the jump {@code word} at {@code place}, whose upper bits are those of the next instruction's address. */
    static Address jumpTarget(int word, Address place) {
        long next = place.value() + Integer.BYTES;
        return Address.of((next & ~0x0fff_ffffL) | (word & 0x03ff_ffffL) << 2);
    }

    private static String target(int word) {
        return "$" + (word >> 16 & 31);
    }

    private static String source(int word) {
        return "$" + (word >> 21 & 31);
    }
}
