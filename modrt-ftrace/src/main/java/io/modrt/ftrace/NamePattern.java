package io.modrt.ftrace;

import java.util.regex.Pattern;

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

    private final Form form;
    private final String text;
    private final Pattern glob;
    private final long index;

    private NamePattern(Form form, String text) {
        this.form = form;
        this.text = text;
        this.glob = Pattern.compile(form == Form.GLOB ? regex(text) : "");
        this.index = form == Form.INDEX ? number(text) : 0;
    }

    static NamePattern of(String pattern) {
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
            case GLOB -> glob.matcher(name).matches();
        };
    }

    /** The pattern without the {@code *} at its ends: the kernel has cut them off before it puts a pattern aside for later. */
    String cut() {
        return text;
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? classEnd(glob, i) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (end > 0) {
                regex.append(characterClass(glob.substring(i + 1, end)));
                i = end;
            } else {
                boolean isQuote = c == '\\' && i + 1 < glob.length();
                regex.append(Pattern.quote(isQuote ? glob.substring(i + 1, i + 2) : String.valueOf(c)));
                i += isQuote ? 1 : 0;
            }
        }
        return "(?s)" + regex;
    }

    /** The index of the {@code ]} that ends the class which starts at {@code open}, or -1. A {@code ]} that comes first is a member. */
    private static int classEnd(String glob, int open) {
        int first = glob.startsWith("!", open + 1) ? open + 2 : open + 1;
        return glob.indexOf(']', first + 1);
    }

    private static String characterClass(String inside) {
        boolean isNegated = inside.startsWith("!");
        StringBuilder regex = new StringBuilder(isNegated ? "[^" : "[");
        String members = isNegated ? inside.substring(1) : inside;
        for (int i = 0; i < members.length(); i++) {
            boolean isRange = i + 2 < members.length() && members.charAt(i + 1) == '-';
            char from = members.charAt(i);
            char to = isRange ? members.charAt(i + 2) : from;
            if (from <= to) {
                regex.append(escaped(from)).append('-').append(escaped(to));
            }
            i += isRange ? 2 : 0;
        }
        String text = regex.append(']').toString();
        return switch (text) { // why: a backward range has no members, but a regular expression has no empty class
            case "[]" -> "(?!)";
            case "[^]" -> ".";
            default -> text;
        };
    }

    private static String escaped(char c) {
        return Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c;
    }
}
