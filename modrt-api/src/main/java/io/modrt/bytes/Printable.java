package io.modrt.bytes;

/** Makes text from files safe for messages: characters that a terminal or a log viewer would act on become escapes. */
public final class Printable {
    /** The longest name that messages show whole: longer than any symbol that kernels have room for (KSYM_NAME_LEN). */
    private static final int WHOLE_NAME = 512;

    /** How much of a longer name they show. */
    private static final int SHOWN = 256;

    /** The longest message. */
    private static final int WHOLE_LINE = 8192;

    private Printable() {}

    /** A name from a file: escaped, and shortened if it is longer than 512 characters. */
    public static String name(String name) {
        return of(brief(name));
    }

    /** A name, shortened if it is longer than 512 characters, not escaped. */
    public static String brief(String name) {
        return name.length() <= WHOLE_NAME ? name : name.substring(0, SHOWN) + "...(" + name.length() + " characters)";
    }

    /** A message: escaped, and cut behind 8,192 characters. */
    public static String line(String text) {
        return of(text.length() <= WHOLE_LINE ? text : text.substring(0, WHOLE_LINE) + "...");
    }

    /** {@code text} with control and format characters, line and paragraph separators written as {@code \\uXXXX}. */
    public static String of(String text) {
        int first = 0;
        while (first < text.length() && isHarmless(text.charAt(first))) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isHarmless(c)) {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(Integer.toHexString(c | 0x1_0000).substring(1));
            }
        }
        return escaped.toString();
    }

    /**
     * What to add to a message that refuses an address which looks like a negative {@code int} that Java has widened; empty for others.
     * {@code Address.of(0xc0000000)} means 0xffffffffc0000000.
     */
    public static String widened(long address) {
        boolean isWidened = address < 0 && address == (int) address;
        return isWidened
                ? "; if 0x" + Integer.toHexString((int) address) + " is meant, write 0x"
                        + Integer.toHexString((int) address) + "L: Java widens an int with its sign"
                : "";
    }

    private static boolean isHarmless(char c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
