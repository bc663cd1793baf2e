package io.modrt.export;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Writes maps, lists, texts, numbers and truth values as JSON (RFC 8259), indented. */
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    /** {@code value} as text, which ends with a newline. */
    static String of(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.out.append('\n').toString();
    }

    private void value(Object value, String indent) {
        if (value instanceof Map<?, ?> map) {
            list(map.entrySet().iterator(), '{', '}', indent);
        } else if (value instanceof List<?> list) {
            list(list.iterator(), '[', ']', indent);
        } else if (value instanceof Map.Entry<?, ?> entry) {
            text(String.valueOf(entry.getKey()));
            out.append(": ");
            value(Objects.requireNonNull(entry.getValue()), indent);
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            text(value.toString());
        }
    }

    private void list(Iterator<?> values, char open, char close, String indent) {
        out.append(open);
        String inner = indent + "  ";
        String before = inner;
        boolean isEmpty = !values.hasNext();
        while (values.hasNext()) {
            out.append(before);
            value(Objects.requireNonNull(values.next()), inner);
            before = "," + inner;
        }
        out.append(isEmpty ? "" : indent).append(close);
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == '\u007f' || Character.isSurrogate(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
