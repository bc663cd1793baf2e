package io.modrt.parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * One parameter in the text that is given with a module, for example {@code quirks="a b"}.
 *
 * @param name the text in front of the equals sign, or all of it
 * @param value the text behind it, without quotes; empty if there is no equals sign
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Argument(String name, Optional<String> value) {

    /**
     * The parameters of a module, and what is left.
     *
     * @param arguments those in front of {@code --}
     * @param rest the text behind {@code --}, which the kernel tells of and ignores; empty without {@code --}
     */
    public record Split(List<Argument> arguments, Optional<String> rest) {}

    /** Splits a text at white space outside quotes, as the kernel does ({@code next_arg}). */
    public static Split split(String text) {
        List<Argument> arguments = new ArrayList<>();
        int at = behindSpace(text, 0);
        while (at < text.length()) {
            boolean isQuoted = text.charAt(at) == '"';
            int from = isQuoted ? at + 1 : at;
            int end = end(text, from, isQuoted);
            Argument argument = of(text.substring(from, end), isQuoted);
            at = behindSpace(text, end);
            if (argument.value.isEmpty() && argument.name.equals("--")) {
                return new Split(List.copyOf(arguments), Optional.of(text.substring(at)));
            }
            arguments.add(argument);
        }
        return new Split(List.copyOf(arguments), Optional.empty());
    }

    private static int behindSpace(String text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** White space of the kernel's {@code isspace}, which knows that of Latin-1. */
    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
    }

    private static int end(String text, int from, boolean isQuoted) {
        boolean quoted = isQuoted;
        int at = from;
        while (at < text.length() && (quoted || !isSpace(text.charAt(at)))) {
            quoted ^= text.charAt(at) == '"';
            at++;
        }
        return at;
    }

    /** {@code word} is one parameter, without the quote in front of all of it. An equals sign at its very start does not count. */
    private static Argument of(String word, boolean isQuoted) {
        int equals = word.indexOf('=', 1);
        String name = equals < 0 ? word : word.substring(0, equals);
        Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
        boolean wasClosed = false;
        if (value.isPresent() && value.get().startsWith("\"")) {
            String inner = value.get().substring(1);
            wasClosed = word.endsWith("\"");
            value = Optional.of(wasClosed && !inner.isEmpty() ? inner.substring(0, inner.length() - 1) : inner);
        }
        if (isQuoted && !wasClosed && word.endsWith("\"")) {
            value = value.map(text -> text.isEmpty() ? text : text.substring(0, text.length() - 1));
            name = equals < 0 ? name.substring(0, name.length() - 1) : name;
        }
        return new Argument(name, value);
    }

    /** Whether this sets the parameter {@code parameter}; hyphens and underscores are the same. */
    public boolean isFor(String parameter) {
        return name.replace('-', '_').equals(parameter.replace('-', '_'));
    }

    /** As it could be written. */
    @Override
    public String toString() {
        return value.map(text -> name + "=" + (text.indexOf(' ') < 0 ? text : "\"" + text + "\""))
                .orElse(name);
    }
}
