package io.modrt.patch;

import io.modrt.address.Address;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A run of bytes of a module's code that changes while the module is loaded, and the forms that it may take.
 *
 * @param address the address of the first byte
 * @param kind what changes it, for example {@code jump label}
 * @param forms the forms, at least one, all of the same length
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record PatchSite(Address address, String kind, List<Form> forms) {

    /** Checks the forms and copies the list. */
    public PatchSite {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(kind, "kind");
        forms = List.copyOf(forms);
        if (forms.isEmpty()
                || forms.stream().mapToInt(Form::sizeBytes).distinct().count() != 1) {
            throw new IllegalArgumentException(
                    kind + " at " + address + ": a site needs forms of one length, and at least one: " + forms);
        }
    }

    /** The bytes of a site in one state, and the name of the state, for example {@code taken}. Immutable. */
    public static final class Form {
        private final String name;
        private final byte[] code;

        private Form(String name, byte[] code) {
            this.name = Objects.requireNonNull(name, "name");
            this.code = code.clone();
            if (code.length == 0) {
                throw new IllegalArgumentException("form " + name + " has no bytes");
            }
        }

        /** A form of these bytes, which are copied. */
        public static Form of(String name, byte[] code) {
            return new Form(name, code);
        }

        /** The name of the state. */
        public String name() {
            return name;
        }

        /** Its bytes in the order of memory. A copy. */
        public byte[] code() {
            return code.clone();
        }

        /** The number of bytes. */
        public int sizeBytes() {
            return code.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Form form && name.equals(form.name) && Arrays.equals(code, form.code);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(code);
        }

        /** For example {@code taken 00000008}. */
        @Override
        public String toString() {
            return name + " " + HexFormat.of().formatHex(code);
        }
    }

    /** A site that a patch of the caller's changes: it has the bytes from before {@code patch}, or those from after it. */
    public static PatchSite of(String kind, Patch patch) {
        return new PatchSite(
                patch.address(),
                kind,
                List.of(Form.of("not patched", patch.expected()), Form.of("patched", patch.replacement())));
    }

    /** The number of bytes. */
    public int sizeBytes() {
        return forms.get(0).sizeBytes();
    }
}
