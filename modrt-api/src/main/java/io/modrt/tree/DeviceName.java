package io.modrt.tree;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The device node through which a module is loaded on demand, from its aliases {@code devname:NAME} and {@code char-major-X-Y}. */
final class DeviceName {

    private static final String NAME = "devname:";
    private static final Pattern NUMBERS = Pattern.compile("(char|block)-major-(\\d{1,9})-(\\d{1,9})");

    private DeviceName() {}

    /** The node as {@code modules.devname} has it: name, then kind and numbers; empty unless both aliases are there. */
    static Optional<String> of(Modinfo info) {
        String name = "";
        String numbers = "";
        for (String alias : info.all("alias")) {
            Matcher match = NUMBERS.matcher(alias);
            if (alias.startsWith(NAME)) {
                name = alias.substring(NAME.length());
            } else if (match.lookingAt()) {
                numbers = match.group(1).charAt(0) + match.group(2) + ":" + match.group(3);
            }
            if (!name.isEmpty() && !numbers.isEmpty()) {
                return Optional.of(name + " " + numbers);
            }
        }
        return Optional.empty();
    }
}
