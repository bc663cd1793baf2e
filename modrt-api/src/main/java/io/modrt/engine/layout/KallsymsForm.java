package io.modrt.engine.layout;

import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;

/**
 * How a kernel keeps the symbols of a module.
 *
 * @param isCopied whether core memory has copies of the symbols that stay; else the file's whole tables lie there
 * @param names how the copies' names are stored
 * @param letters where the symbols' type letters are stored
 * @param structWords words of the struct behind the tables in init memory that points to them; 0 if there is none
 */
public record KallsymsForm(boolean isCopied, Names names, Letters letters, int structWords) {

    /** How the names of the symbols that stay are stored. */
    public enum Names {
        /** The bytes of the file's string table that one of these names has, in their order: names share their ends as in the file. */
        SHARED(0, 0),
        /** One after the other, behind a NUL that belongs to none. */
        BEHIND_NUL(1, 127),
        /** One after the other, each with the bytes that its whole name needs, of which the first 127 are copied. */
        CUT(0, 127),
        /** One after the other. */
        WHOLE(0, Integer.MAX_VALUE);

        private final int bytesInFront;
        private final int most;

        Names(int bytesInFront, int most) {
            this.bytesInFront = bytesInFront;
            this.most = most;
        }

        /** Bytes in front of the first name, all NUL. */
        public int bytesInFront() {
            return bytesInFront;
        }

        /** The most bytes of a name that are copied. */
        public int most() {
            return most;
        }
    }

    /** Where type letters are stored. */
    public enum Letters {
        /** In {@code st_info} of each symbol, which thus loses its binding and type. */
        IN_INFO,
        /** In {@code st_size} of each symbol. */
        IN_SIZE,
        /** In tables of their own. */
        APART
    }

    static KallsymsForm of(KernelProfile profile) {
        Letters letters = profile.has(LoaderChange.TYPE_LETTERS_APART)
                ? Letters.APART
                : profile.has(LoaderChange.TYPE_LETTERS_IN_SIZE) ? Letters.IN_SIZE : Letters.IN_INFO;
        int pointers =
                letters == Letters.APART ? 4 : 3; // symbol table, count, string table, and the type letters if apart
        return new KallsymsForm(
                profile.has(LoaderChange.SYMBOLS_COPIED),
                names(profile),
                letters,
                profile.has(LoaderChange.SYMBOLS_BY_STRUCT) ? pointers : 0);
    }

    private static Names names(KernelProfile profile) {
        if (!profile.has(LoaderChange.SYMBOL_NAMES_APART)) {
            return Names.SHARED;
        }
        if (profile.has(LoaderChange.SYMBOL_NAMES_BEHIND_NUL)) {
            return Names.BEHIND_NUL;
        }
        return profile.has(LoaderChange.SYMBOL_NAMES_WHOLE) ? Names.WHOLE : Names.CUT;
    }
}
