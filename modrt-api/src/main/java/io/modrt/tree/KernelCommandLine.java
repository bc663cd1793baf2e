package io.modrt.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel's command line tells {@code modprobe}: {@code MODULE.PARAMETER[=VALUE]} and {@code modprobe.blacklist=MODULE,…}. */
final class KernelCommandLine {

    private static final Pattern OPTION = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)(=.*)?", Pattern.DOTALL);

    /** A parameter for a module, as modprobe would write it behind {@code options MODULE}. */
    record Option(String module, String text) {}

    private final List<Option> options = new ArrayList<>();
    private final List<String> blacklist = new ArrayList<>();

    KernelCommandLine(String text) {
        for (String word : words(text)) {
            boolean isQuoted = word.length() > 1 && word.startsWith("\"") && word.endsWith("\"");
            Matcher option = OPTION.matcher(isQuoted ? word.substring(1, word.length() - 1) : word);
            if (option.matches()) {
                String value = option.group(3) == null ? "" : option.group(3);
                String module = ModuleTree.normal(option.group(1));
                if (module.equals("modprobe") && option.group(2).equals("blacklist")) {
                    Arrays.stream(value.substring(Math.min(1, value.length())).split(","))
                            .filter(name -> !name.isEmpty())
                            .forEach(name -> blacklist.add(ModuleTree.normal(name)));
                } else {
                    // why: the kernel allows quotes around all of it, modprobe around the value
                    String quoted = isQuoted && !value.isEmpty() ? "=\"" + value.substring(1) + "\"" : value;
                    options.add(new Option(module, option.group(2) + quoted));
                }
            }
        }
    }

    /** The words, which blanks outside of quotes separate; an open quote takes all that follows and is no word. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        boolean isInQuotes = false;
        for (int at = 0; at <= text.length(); at++) {
            boolean isEnd = at == text.length() || !isInQuotes && Character.isWhitespace(text.charAt(at));
            if (isEnd) {
                if (at > start && !isInQuotes) {
                    words.add(text.substring(start, at));
                }
                start = at + 1;
            } else if (text.charAt(at) == '"') {
                isInQuotes = !isInQuotes;
            }
        }
        return words;
    }

    List<Option> options() {
        return options;
    }

    List<String> blacklist() {
        return blacklist;
    }
}
