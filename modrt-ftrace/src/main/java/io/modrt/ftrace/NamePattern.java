package io.modrt.ftrace;

import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.Refusal;

/** A pattern of the kernel's filter files. A scan from left to right decides which of the six forms it has. */
final class NamePattern {
    private enum Form {
        INDEX,
        WHOLE,
        PREFIX,
        SUFFIX,
        SUBSTRING,
        GLOB
    }

    private static final int MOST_CHARACTERS = 1024;

    private final Form form;
    private final String text;
    private final long index;

    private NamePattern(Form form, String text) {
        this.form = form;
        this.text = text;
        this.index = form == Form.INDEX ? number(text) : 0;
    }

    /**
     * Reads a pattern.
     *
     * @throws PatchException with EINVAL if it is longer than the kernel's buffer for a pattern, which has room for a symbol's name, its
     *     offset and its module's name
     */
    static NamePattern of(String pattern) {
        if (pattern.length() > MOST_CHARACTERS) {
            throw new PatchException(Refusal.of(
                    Errno.EINVAL,
                    "a pattern of " + pattern.length() + " characters, the longest has " + MOST_CHARACTERS));
        }
        if (!pattern.isEmpty() && pattern.charAt(0) >= '0' && pattern.charAt(0) <= '9') {
            return new NamePattern(Form.INDEX, pattern);
        }
        Form form = Form.WHOLE;
        int last = pattern.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = pattern.charAt(i);
            if (c == '?' || c == '[' || c == '\\' || (c == '*' && i > 0 && i < last)) {
                return new NamePattern(Form.GLOB, pattern);
            }
            if (c == '*' && i == 0) {
                form = Form.SUFFIX;
            } else if (c == '*') {
                form = form == Form.SUFFIX ? Form.SUBSTRING : Form.PREFIX;
            }
        }
        return new NamePattern(form, stripped(pattern, form));
    }

    private static String stripped(String pattern, Form form) {
        int start = form == Form.SUFFIX || form == Form.SUBSTRING ? 1 : 0;
        int end = form == Form.PREFIX || form == Form.SUBSTRING ? pattern.length() - 1 : pattern.length();
        return pattern.substring(start, end);
    }

    /** Reads a number as C writes it: decimal, with 0x, or octal with 0. Returns 0, which is no position, for anything else. */
    private static long number(String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    /**
     * Whether the pattern matches a name.
     *
     * @param position the function's place in the list of all functions, counted from 1; 0 for names that are not in it
     */
    boolean matches(String name, long position) {
        return switch (form) {
            case INDEX -> position != 0 && position == index;
            case WHOLE -> name.equals(text);
            case PREFIX -> name.startsWith(text);
            case SUFFIX -> name.endsWith(text);
            case SUBSTRING -> name.contains(text);
            case GLOB -> Glob.matches(text, name);
        };
    }

    /** The pattern without the {@code *} at its ends: the kernel has cut them off before it puts a pattern aside for later. */
    String cut() {
        return text;
    }
}
