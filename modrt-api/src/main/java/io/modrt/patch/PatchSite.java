package io.modrt.patch;

import io.modrt.address.Address;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A place in a module's code that changes while the module lives, and the forms that it may have.
 *
 * @param address where the first word is
 * @param kind what changes it, for example {@code jump label}
 * @param forms the forms, at least one, of equally many words
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record PatchSite(Address address, String kind, List<Form> forms) {

    /** Checks the forms and copies the list. */
    public PatchSite {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(kind, "kind");
        forms = List.copyOf(forms);
        if (forms.isEmpty()
                || forms.stream()
                                .mapToInt(form -> form.words().size())
                                .distinct()
                                .count()
                        != 1) {
            throw new IllegalArgumentException(
                    kind + " at " + address + ": forms of different length, or none: " + forms);
        }
    }

    /**
     * What a site looks like in one state.
     *
     * @param name the state, for example {@code taken}
     * @param words its words, at least one
     */
    public record Form(String name, List<Integer> words) {

        /** Checks and copies the words. */
        public Form {
            Objects.requireNonNull(name, "name");
            words = List.copyOf(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("form " + name + " has no words");
            }
        }

        /** A form of these words. */
        public static Form of(String name, int... words) {
            return new Form(name, Arrays.stream(words).boxed().toList());
        }
    }

    /** A site of one word that a caller's own change may have reached: as it was, or as {@code patch} makes it. */
    public static PatchSite of(String kind, Patch patch) {
        return new PatchSite(
                patch.address(),
                kind,
                List.of(Form.of("not patched", patch.expected()), Form.of("patched", patch.replacement())));
    }

    /** How many words it has. */
    public int words() {
        return forms.get(0).words().size();
    }
}
