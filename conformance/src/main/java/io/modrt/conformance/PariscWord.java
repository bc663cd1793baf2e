package io.modrt.conformance;

/**
 * Decodes PA-RISC instruction words as the PA-RISC 2.0 architecture manual does, as an independent check: bit 0 is the most significant one, and
 * functions that assemble a field have the manual's names.
 */
final class PariscWord {
    /** {@code be}. */
    static final int BRANCH_EXTERNAL = 0x38;
    /** {@code b,l} and related branches such as {@code bve}: bits 16 to 18 tell which. */
    static final int BRANCH = 0x3a;
    /** {@code ldil}. */
    static final int LOAD_IMMEDIATE_LEFT = 0x08;
    /** {@code addil}. */
    static final int ADD_IMMEDIATE_LEFT = 0x0a;
    /** {@code ldo}. */
    static final int LOAD_OFFSET = 0x0d;
    /** {@code ldd} with a long displacement. */
    static final int LOAD_DOUBLEWORD = 0x14;
    /** Loads and stores with an index or a short displacement. */
    static final int SHORT_MEMORY = 0x03;

    private static final int LINK = 0;
    private static final int LINK_22 = 5;
    private static final int VECTORED = 6;

    private PariscWord() {}

    /** Bits {@code first} to {@code last} of a word, in the manual's numbering. */
    static int bits(int word, int first, int last) {
        return word << first >>> first + 31 - last;
    }

    /** The instruction's major opcode. */
    static int opcode(int word) {
        return bits(word, 0, 5);
    }

    private static int signExtended(int value, int bits) {
        return value << 32 - bits >> 32 - bits;
    }

    /** The displacement of a {@code b,l} with 17 or 22 bits: bytes from the instruction behind the delay slot. */
    static int branchDisplacement(int word) {
        if (opcode(word) == BRANCH && bits(word, 16, 18) == LINK) {
            return assemble17(word) << 2;
        }
        if (opcode(word) == BRANCH && bits(word, 16, 18) == LINK_22) {
            return assemble22(word) << 2;
        }
        throw new IllegalArgumentException("0x%08x is no b,l".formatted(word));
    }

    /** The word of a {@code b,l} with a displacement of 0. */
    static int withoutDisplacement(int word) {
        int kept = bits(word, 16, 18) == LINK_22 ? 0xfc00_e002 : 0xffe0_e002;
        return word & kept;
    }

    /** Whether it is a {@code bve} without link, push or pop. */
    static boolean isVectored(int word) {
        return opcode(word) == BRANCH && bits(word, 16, 18) == VECTORED && bits(word, 31, 31) == 0;
    }

    /** Whether a branch nullifies its delay slot, as an unconditional one with {@code ,n} does. */
    static boolean nullifies(int word) {
        return bits(word, 30, 30) == 1;
    }

    /** {@code assemble_17} of a {@code b,l} or {@code be}: a signed number of words. */
    static int assemble17(int word) {
        int w2 = bits(word, 19, 29);
        return signExtended(bits(word, 31, 31) << 16 | bits(word, 11, 15) << 11 | (w2 & 1) << 10 | w2 >> 1, 17);
    }

    private static int assemble22(int word) {
        int w2 = bits(word, 19, 29);
        return signExtended(
                bits(word, 31, 31) << 21
                        | bits(word, 6, 10) << 16
                        | bits(word, 11, 15) << 11
                        | (w2 & 1) << 10
                        | w2 >> 1,
                22);
    }

    /** {@code assemble_21} of a {@code ldil} or {@code addil}, shifted by 11: the value that it loads or adds. */
    static int immediateLeft(int word) {
        int x = bits(word, 11, 31);
        int assembled =
                (x & 1) << 20 | (x >> 1 & 0x7ff) << 9 | (x >> 14 & 3) << 7 | (x >> 16 & 0x1f) << 2 | x >> 12 & 3;
        return assembled << 11;
    }

    /** {@code low_sign_ext} of bits 18 to 31: the displacement of a {@code ldo}, a load or a store. */
    static int displacement14(int word) {
        return signExtended(bits(word, 31, 31) << 13 | bits(word, 18, 30), 14);
    }

    /** {@code assemble_16a} of a {@code ldd}: the displacement in wide mode. */
    static int displacement16a(int word) {
        int sign = bits(word, 31, 31);
        return signExtended(
                sign << 15
                        | (bits(word, 16, 16) ^ sign) << 14
                        | (bits(word, 17, 17) ^ sign) << 13
                        | bits(word, 18, 27) << 3,
                16);
    }

    /** {@code low_sign_ext} of bits 11 to 15: the displacement of a short load. */
    static int displacement5(int word) {
        return signExtended(bits(word, 15, 15) << 4 | bits(word, 11, 14), 5);
    }

    /** {@code assemble_3} of bits 16 to 18: the space register of a {@code be}. */
    static int spaceRegister(int word) {
        return bits(word, 18, 18) << 2 | bits(word, 16, 17);
    }
}
