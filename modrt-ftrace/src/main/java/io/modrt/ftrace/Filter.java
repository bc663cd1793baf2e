package io.modrt.ftrace;

import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which functions to trace, in the grammar of the kernel's {@code set_ftrace_filter}. A filter is a row of patterns with white space
 * between them. They apply one after the other: each adds functions, or takes them away if it starts with {@code !}.
 *
 * <pre>
 *   FUNC               functions of all modules
 *   FUNC:mod:MODULE    functions of modules whose name MODULE matches; of all others if MODULE starts with !
 *
 *   name   the whole name       *abc   names that end with abc
 *   abc*   names that begin     *abc*  names that contain abc
 *          with abc
 *   a*c, a?c, a[b-d!]c, a\*c    any other use of *, ?, [...] or \ makes a glob of the whole name
 *   27     the 27th function of {@link Ftrace#available()}
 * </pre>
 *
 * An empty filter selects all functions, of modules to come as well. A pattern that matches nothing is refused with EINVAL, unless it
 * names a module that is not loaded: then it waits for that module.
 *
 * <p>The kernel's oddities are kept:
 *
 * <ul>
 *   <li>A MODULE that begins with a digit, such as 8021q, is taken for a number and matches nothing.
 *   <li>A MODULE that waits has lost its {@code *}: it waits for a module of exactly that name.
 *   <li>A function whose name begins with a digit cannot be named.
 *   <li>Without KALLSYMS_ALL the kernel finds no module to be loaded, so every FUNC:mod:MODULE that matches nothing waits.
 * </ul>
 *
 * <p>Two things differ. A number counts the functions of modules alone, while the kernel counts its own functions first. A filter that
 * takes away all that it added is refused, while the kernel would then trace everything.
 *
 * <p>Immutable. Source: Linux 6.1 {@code kernel/trace/ftrace.c}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Filter {
    private final String text;
    private final List<Term> terms;

    /**
     * One pattern.
     *
     * @param removes whether it takes functions away
     * @param text the function pattern as it was written; {@code *} if it is empty and a module follows
     * @param function the same, compiled
     * @param module which modules; null for all
     */
    record Term(
            boolean removes,
            String text,
            NamePattern function,
            @Nullable ModuleTerm module) {

        boolean takesModule(String name) {
            return module == null || module.matches(name);
        }
    }

    /**
     * The part behind {@code :mod:}.
     *
     * @param excepts whether it selects the modules that do not match
     * @param text the module pattern as it was written, without its {@code !}
     * @param pattern the same, compiled
     */
    record ModuleTerm(boolean excepts, String text, NamePattern pattern) {

        boolean matches(String name) {
            boolean isMatch = text.isEmpty() || pattern.matches(name, 0);
            return isMatch != excepts;
        }
    }

    private Filter(String text, List<Term> terms) {
        this.text = text;
        this.terms = List.copyOf(terms);
    }

    /**
     * Reads a filter.
     *
     * @throws PatchException with EINVAL for a command other than {@code mod}
     */
    public static Filter of(String text) {
        List<Term> terms = new ArrayList<>();
        for (String token : Objects.requireNonNull(text, "filter").strip().split("\\s+")) {
            if (!token.isEmpty()) {
                terms.add(term(token));
            }
        }
        return new Filter(text, terms);
    }

    private static Term term(String token) {
        String[] parts = token.split(":", 3);
        boolean removes = parts[0].startsWith("!");
        String function = removes ? parts[0].substring(1) : parts[0];
        // why: the kernel takes an empty FUNC for * if :mod: follows
        String text = function.isEmpty() && parts.length > 1 ? "*" : function;
        NamePattern names = NamePattern.of(text);
        if (parts.length == 1) {
            return new Term(removes, text, names, null);
        }
        if (!parts[1].equals("mod")) {
            throw new PatchException(Refusal.of(
                            Errno.EINVAL,
                            "unknown command \"" + parts[1] + "\"; the only one is mod, as in FUNC:mod:MODULE")
                    .at("filter " + token));
        }
        String module = parts.length == 3 ? parts[2] : "";
        boolean excepts = module.startsWith("!");
        String name = excepts ? module.substring(1) : module;
        return new Term(removes, text, names, new ModuleTerm(excepts, name, NamePattern.of(name)));
    }

    List<Term> terms() {
        return terms;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Filter filter && filter.text.equals(text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text);
    }

    /** The text of which the filter was made. */
    @Override
    public String toString() {
        return text;
    }
}
