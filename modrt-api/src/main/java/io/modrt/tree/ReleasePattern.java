package io.modrt.tree;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which kernels a command of {@code depmod.d} is for: {@code *} for all, or a POSIX extended regular expression that is found in the
 * release. Of these it knows characters, {@code .}, sets, {@code *}, {@code +}, {@code ?}, {@code ^} and {@code $}, and not groups or
 * alternatives, so that a search takes at most as many steps as the product of both lengths.
 */
final class ReleasePattern {

    private static final int CHARACTERS = 256;

    private record Element(BitSet set, boolean isOptional, boolean isRepeated) {}

    private final List<Element> elements = new ArrayList<>();
    private boolean isAtStart;
    private boolean isAtEnd;

    private ReleasePattern() {}

    /** Reads a pattern; empty if it has what is not known here. */
    static Optional<ReleasePattern> of(String text) {
        ReleasePattern pattern = new ReleasePattern();
        if (text.equals("*")) {
            return Optional.of(pattern);
        }
        int at = 0;
        if (text.startsWith("^")) {
            pattern.isAtStart = true;
            at++;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            int end = at + 1;
            BitSet set = new BitSet(CHARACTERS);
            if (c == '$' && end == text.length()) {
                pattern.isAtEnd = true;
                break;
            } else if (c == '.') {
                set.set(0, CHARACTERS);
            } else if (c == '[') {
                end = set(text, at, set);
            } else if ("(){}|*+?^$".indexOf(c) >= 0) {
                return Optional.empty();
            } else if (c == '\\') {
                if (end == text.length() || Character.isLetterOrDigit(text.charAt(end))) {
                    return Optional.empty();
                }
                set.set(text.charAt(end++));
            } else {
                set.set(c);
            }
            if (end <= 0) {
                return Optional.empty();
            }
            char quantifier = end < text.length() ? text.charAt(end) : 0;
            boolean isOptional = quantifier == '*' || quantifier == '?';
            boolean isRepeated = quantifier == '*' || quantifier == '+';
            pattern.elements.add(new Element(set, isOptional, isRepeated));
            at = isOptional || isRepeated ? end + 1 : end;
        }
        return Optional.of(pattern);
    }

    /** Reads the set that starts at {@code start}; returns where the text goes on, or 0 if the set has no end or a class. */
    private static int set(String text, int start, BitSet set) {
        int at = start + 1;
        boolean isInverted = text.startsWith("^", at);
        if (isInverted) {
            at++;
        }
        int first = at;
        while (at < text.length() && (text.charAt(at) != ']' || at == first)) {
            char from = text.charAt(at);
            if (from == '[' && at + 1 < text.length() && ":.=".indexOf(text.charAt(at + 1)) >= 0) {
                return 0;
            }
            boolean isRange = at + 2 < text.length() && text.charAt(at + 1) == '-' && text.charAt(at + 2) != ']';
            char to = isRange ? text.charAt(at + 2) : from;
            if (to >= from) {
                set.set(from, to + 1);
            }
            at += isRange ? 3 : 1;
        }
        if (isInverted) {
            set.flip(0, CHARACTERS);
        }
        return at < text.length() ? at + 1 : 0;
    }

    /** Whether the pattern is found in {@code release}. */
    boolean isIn(String release) {
        BitSet states = new BitSet(elements.size() + 1); // how many elements have matched
        for (int at = 0; at <= release.length(); at++) {
            if (at == 0 || !isAtStart) {
                states.set(0);
            }
            for (int i = states.nextSetBit(0); i >= 0 && i < elements.size(); i = states.nextSetBit(i + 1)) {
                if (elements.get(i).isOptional) {
                    states.set(i + 1);
                }
            }
            if (states.get(elements.size()) && (!isAtEnd || at == release.length())) {
                return true;
            }
            if (at < release.length()) {
                states = after(release.charAt(at), states);
            }
        }
        return false;
    }

    private BitSet after(char c, BitSet states) {
        BitSet next = new BitSet(elements.size() + 1);
        for (int i = states.nextSetBit(0); i >= 0 && i < elements.size(); i = states.nextSetBit(i + 1)) {
            if (elements.get(i).set.get(c)) {
                next.set(i + 1);
                next.set(i, next.get(i) || elements.get(i).isRepeated);
            }
        }
        return next;
    }
}
