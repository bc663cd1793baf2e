package io.modrt.bytes;

/** Makes text from files safe for messages: characters that a terminal or a log viewer would act on become escapes. */
public final class Printable {
    private Printable() {}

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

    private static boolean isHarmless(char c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
