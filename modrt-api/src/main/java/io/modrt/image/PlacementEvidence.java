package io.modrt.image;

import io.modrt.address.Address;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Where a part of a module is or was, and how that was found.
 *
 * @param part a region, as {@code CORE}, or a section, as {@code .data..percpu}
 * @param address where it begins; empty if that was not found
 * @param source how it was found
 * @param detail more about that, for a person; may be empty
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record PlacementEvidence(String part, Optional<Address> address, Source source, String detail) {

    /** How the place of a part was found. The first that tells of a part counts. */
    public enum Source {
        /** By the addresses of its sections that were given. */
        GIVEN_SECTIONS(" at ", " by addresses of its sections that were given"),
        /** By the addresses of its symbols that were given. */
        GIVEN_SYMBOLS(" at ", " by addresses of its symbols that were given"),
        /** It has {@code struct module}. */
        STRUCT_MODULE(" at ", " by the place of struct module"),
        /** A field of {@code struct module} points to it. */
        FIELD(" at ", " by a field of struct module"),
        /** Its code was found in memory. */
        SEARCH(" at ", " by its code"),
        /** The pointer to the init function, which the kernel keeps, leads to it. */
        INIT_POINTER(" was at ", " by the pointer to its init function"),
        /** The block that the kernel keeps for sysfs has the addresses of its sections. */
        SECTION_ATTRIBUTES(" was at ", " by what the kernel keeps for sysfs"),
        /** Words of what is still there refer to it. */
        REFERENCES(" was at ", " by what refers to it"),
        /** Nothing tells where it was, and no word depends on it. */
        NOTHING(" was not found", ", and nothing that is still there refers to it");

        private final String before;
        private final String behind;

        Source(String before, String behind) {
            this.before = before;
            this.behind = behind;
        }
    }

    /** For example {@code CORE at 0xc0000000 by the place of struct module}. */
    @Override
    public String toString() {
        return part
                + source.before
                + address.map(Address::toString).orElse("")
                + source.behind
                + (detail.isEmpty() ? "" : ": " + detail);
    }
}
