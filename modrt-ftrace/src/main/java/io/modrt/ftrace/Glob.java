package io.modrt.ftrace;

/**
 * Matches a glob, without recursion: {@code *}, {@code ?}, {@code [a-z]}, {@code [!a-z]} and {@code \\c}. After a mismatch the last
 * {@code *} takes one character more; an earlier one need never do so. So a name of n characters and a pattern of m take at most n times m
 * steps. Patterns and names of functions have at most 1,024 and 511 characters.
 */
final class Glob {
    private static final int NONE = -1;

    private final String pattern;
    private int next;

    private Glob(String pattern) {
        this.pattern = pattern;
    }

    /** Whether {@code pattern} matches the whole of {@code name}. */
    static boolean matches(String pattern, String name) {
        return new Glob(pattern).matches(name);
    }

    private boolean matches(String name) {
        int behindStar = NONE;
        int restart = 0;
        int at = 0;
        while (at < name.length()) {
            if (next < pattern.length() && pattern.charAt(next) == '*') {
                next++;
                behindStar = next;
                restart = at;
            } else if (next < pattern.length() && takes(name.charAt(at))) {
                at++;
            } else if (behindStar != NONE) {
                next = behindStar;
                restart++;
                at = restart;
            } else {
                return false;
            }
        }
        while (next < pattern.length() && pattern.charAt(next) == '*') {
            next++;
        }
        return next == pattern.length();
    }

    /** Whether the next element of the pattern, which is no star, takes this character; passes over the element. */
    private boolean takes(char c) {
        char element = pattern.charAt(next);
        int end = element == '[' ? classEnd(next) : NONE;
        if (end > 0) {
            boolean isTaken = isMember(c, next + 1, end);
            next = end + 1;
            return isTaken;
        }
        if (element == '\\' && next + 1 < pattern.length()) {
            next++;
            element = pattern.charAt(next);
            next++;
            return c == element;
        }
        next++;
        return element == '?' || c == element;
    }

    /** The index of the {@code ]} that ends the class which starts at {@code open}, or -1. A {@code ]} that comes first is a member. */
    private int classEnd(int open) {
        int first = pattern.startsWith("!", open + 1) ? open + 2 : open + 1;
        return pattern.indexOf(']', first + 1);
    }

    private boolean isMember(char c, int start, int end) {
        boolean isNegated = pattern.charAt(start) == '!';
        boolean isListed = false;
        for (int i = isNegated ? start + 1 : start; i < end; i++) {
            boolean isRange = i + 2 < end && pattern.charAt(i + 1) == '-';
            char from = pattern.charAt(i);
            char to = isRange ? pattern.charAt(i + 2) : from;
            isListed |= from <= c && c <= to;
            i += isRange ? 2 : 0;
        }
        return isListed != isNegated;
    }
}
