package io.modrt.tree;

import java.util.Optional;

/**
 * An alias that a module has itself. What stands in front of the first wildcard is compared as it is, the rest as {@code fnmatch} does.
 *
 * @param pattern the pattern, with underscores
 * @param literal the number of characters in front of its first wildcard
 * @param module the module's name
 */
record KnownAlias(String pattern, int literal, String module) {

    /** The alias; empty if brackets are not in pairs, so that {@code depmod} does not index it. */
    static Optional<KnownAlias> of(String pattern, String module) {
        return ModprobeConfig.normal(pattern).map(text -> {
            int literal = 0;
            while (literal < text.length() && "*?[".indexOf(text.charAt(literal)) < 0) {
                literal++;
            }
            return new KnownAlias(text, literal, module);
        });
    }

    boolean matches(String name) {
        return name.regionMatches(0, pattern, 0, literal)
                && name.length() >= literal
                && (literal == pattern.length()
                        ? name.length() == literal
                        : new Wildcard(pattern.substring(literal)).matches(name, literal));
    }
}
