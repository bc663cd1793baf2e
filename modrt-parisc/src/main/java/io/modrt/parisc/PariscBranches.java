package io.modrt.parisc;

import io.modrt.spi.CodeReader;
import io.modrt.spi.Width;
import java.util.OptionalLong;

/** Tells where code leads at once: by {@code b,l}, or by {@code be} with an address that {@code ldil} has put into its register. */
final class PariscBranches {
    private static final int LDIL = 0x08;
    private static final int BRANCH = 0x3a;
    private static final int BRANCH_EXTERNAL = 0x38;
    private static final int BRANCH_EXTERNAL_LINK = 0x39;
    private static final int LONG_LINK = 5; // b,l with %rp and 22 bits
    private static final int LONG_PUSH = 4;
    /** A branch counts from here. */
    private static final int AHEAD = 8;

    private PariscBranches() {}

    /** The target of the code at {@code site}; empty if it just goes on. */
    static OptionalLong target(long site, CodeReader code, Width width) {
        if (!code.holds(site, Integer.BYTES)) {
            return OptionalLong.empty();
        }
        int word = code.codeAt(site);
        int opcode = word >>> 26;
        if (opcode == BRANCH) {
            int form = word >>> 13 & 7;
            if (form == 0 || form == 1) {
                return OptionalLong.of(width.wrap(site + AHEAD + PariscField.W17.extract(word)));
            }
            return form == LONG_LINK || form == LONG_PUSH
                    ? OptionalLong.of(width.wrap(site + AHEAD + PariscField.W22.extract(word)))
                    : OptionalLong.empty();
        }
        if (opcode != LDIL || !code.holds(site + Integer.BYTES, Integer.BYTES)) {
            return OptionalLong.empty();
        }
        int next = code.codeAt(site + Integer.BYTES);
        boolean isExternal = next >>> 26 == BRANCH_EXTERNAL || next >>> 26 == BRANCH_EXTERNAL_LINK;
        return isExternal && (next >>> 21 & 0x1f) == (word >>> 21 & 0x1f)
                ? OptionalLong.of(width.wrap(PariscField.IM21.extract(word) + PariscField.W17.extract(next)))
                : OptionalLong.empty();
    }
}
