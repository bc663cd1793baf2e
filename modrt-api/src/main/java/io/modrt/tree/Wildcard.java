package io.modrt.tree;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * A shell pattern as {@code fnmatch} without flags matches it in the C locale: {@code *}, {@code ?}, sets such as {@code [a-f]} and
 * {@code [!a]}, and a backslash in front of a character that stands for itself. A match takes at most as many steps as the product of the
 * lengths of pattern and text, whatever the number of stars.
 */
final class Wildcard {

    private static final int CHARACTERS = 256;
    private static final Map<String, IntPredicate> CLASSES = Map.ofEntries(
            Map.entry("alnum", c -> isLetter(c) || isDigit(c)),
            Map.entry("alpha", Wildcard::isLetter),
            Map.entry("blank", c -> c == ' ' || c == '\t'),
            Map.entry("cntrl", c -> c < ' ' || c == 0x7f),
            Map.entry("digit", Wildcard::isDigit),
            Map.entry("graph", c -> c > ' ' && c < 0x7f),
            Map.entry("lower", c -> c >= 'a' && c <= 'z'),
            Map.entry("print", c -> c >= ' ' && c < 0x7f),
            Map.entry("punct", c -> c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c)),
            Map.entry("space", c -> c == ' ' || c >= '\t' && c <= '\r'),
            Map.entry("upper", c -> c >= 'A' && c <= 'Z'),
            Map.entry("xdigit", c -> isDigit(c) || "abcdef".indexOf(Character.toLowerCase((char) c)) >= 0));

    /** One element of a pattern: any text, or one character of a set. */
    private record Element(boolean isStar, BitSet set) {}

    private final List<Element> elements = new ArrayList<>();

    Wildcard(String pattern) {
        for (int at = 0; at < pattern.length(); ) {
            char c = pattern.charAt(at);
            int next = at + 1;
            BitSet set = new BitSet(CHARACTERS);
            if (c == '?') {
                set.set(0, CHARACTERS);
            } else if (c == '[') {
                next = set(pattern, at, set);
            } else if (c == '\\' && next < pattern.length()) {
                set.set(pattern.charAt(next++));
            } else {
                set.set(c);
            }
            if (c != '*' || elements.isEmpty() || !elements.get(elements.size() - 1).isStar) {
                elements.add(new Element(c == '*', set));
            }
            at = next;
        }
    }

    /** Reads the set that starts with the bracket at {@code start}; returns where the pattern goes on. A bracket without end is itself. */
    private static int set(String pattern, int start, BitSet set) {
        int at = start + 1;
        boolean isInverted = at < pattern.length() && (pattern.charAt(at) == '!' || pattern.charAt(at) == '^');
        if (isInverted) {
            at++;
        }
        int first = at;
        while (at < pattern.length() && (pattern.charAt(at) != ']' || at == first)) {
            int end = pattern.startsWith("[:", at) ? pattern.indexOf(":]", at + 2) : -1;
            IntPredicate named =
                    end < 0 ? null : CLASSES.get(pattern.substring(at + 2, end).toLowerCase(Locale.ROOT));
            if (named != null) {
                for (int c = 0; c < CHARACTERS; c++) {
                    set.set(c, set.get(c) || named.test(c));
                }
                at = end + 2;
                continue;
            }
            if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
                at++;
            }
            char from = pattern.charAt(at++);
            char to = from;
            if (at + 1 < pattern.length() && pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']') {
                at += pattern.charAt(at + 1) == '\\' && at + 2 < pattern.length() ? 2 : 1;
                to = pattern.charAt(at++);
            }
            if (to >= from) {
                set.set(from, to + 1);
            }
        }
        if (at >= pattern.length()) {
            set.clear();
            set.set('[');
            return start + 1;
        }
        if (isInverted) {
            set.flip(0, CHARACTERS);
        }
        return at + 1;
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** Whether all of {@code text} matches. */
    boolean matches(String text) {
        return matches(text, 0);
    }

    /** Whether what {@code text} has from {@code from} on matches. */
    boolean matches(String text, int from) {
        int element = 0;
        int at = from;
        int star = -1;
        int starAt = 0;
        while (at < text.length()) {
            if (element < elements.size() && elements.get(element).isStar) {
                star = element++;
                starAt = at;
            } else if (element < elements.size() && elements.get(element).set.get(text.charAt(at))) {
                element++;
                at++;
            } else if (star >= 0) { // the last star takes one character more; an earlier one never needs to
                element = star + 1;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (element < elements.size() && elements.get(element).isStar) {
            element++;
        }
        return element == elements.size();
    }
}
