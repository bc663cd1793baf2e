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
 * Which functions to trace, in the grammar of the kernel's {@code set_ftrace_filter}: patterns with white space between them, one
 * after the other adding functions, or with a leading {@code !} taking them away.
 *
 * <pre>
 *   FUNC               functions of all modules
 *   FUNC:mod:MODULE    functions of modules whose name MODULE matches; of all but those with {@code !MODULE}
 *
 *   name   the whole name       *abc   names that end so
 *   abc*   names that begin so  *abc*  names that contain it
 *   a*c, a?c, a[b-d!]c, a\*c    anything with *, ?, [...] or \ elsewhere is a glob of the whole name
 *   27     the 27th function of {@link Ftrace#available()}
 * </pre>
 *
 * An empty filter stands for all functions, of modules to come as well. A pattern that matches nothing is EINVAL, unless it names a
 * module that is not loaded: then it waits for it.
 *
 * <p>As in the kernel a MODULE that begins with a digit (8021q) is taken for a number and matches nothing; a MODULE that waits has
 * lost its {@code *}, and waits for a module of exactly that name; a function whose name begins with a digit cannot be named; and
 * where the kernel has no KALLSYMS_ALL, it knows of no module that it is loaded, so every pair that matches nothing waits. Unlike
 * the kernel, which counts its own functions too, a number counts functions of modules alone; and a filter that takes away all that
 * it added is refused, where the kernel would trace everything.
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
     * @param text the function pattern as it was written; {@code *} where a module's is empty
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
     * @param excepts whether it stands for all modules but those that match
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
        // why: an empty pattern is no name in front of a module, and all names there
        String text = function.isEmpty() && parts.length > 1 ? "*" : function;
        NamePattern names = NamePattern.of(text);
        if (parts.length == 1) {
            return new Term(removes, text, names, null);
        }
        if (!parts[1].equals("mod")) {
            throw new PatchException(Refusal.of(
                            Errno.EINVAL,
                            "command \"" + parts[1] + "\" is none of a filter's; it knows FUNC:mod:MODULE")
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

    /** The text that it was made of. */
    @Override
    public String toString() {
        return text;
    }
}
