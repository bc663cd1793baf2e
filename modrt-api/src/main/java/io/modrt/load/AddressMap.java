package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/** Maps file positions, section offsets and addresses of a placed module to each other. A look-up searches the sections in turn. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AddressMap {
    private final PlacedModule placed;

    /** The map of {@code placed}. */
    public AddressMap(PlacedModule placed) {
        this.placed = Objects.requireNonNull(placed, "placed");
    }

    /** The byte at {@code given}; empty if no section of the module is there. */
    public Optional<Location> at(Address given) {
        Address address = placed.plan().archKernel().canonical(given);
        for (Section section : placed.plan().file().elf().sections()) {
            Optional<Address> start = placed.address(section);
            if (start.isPresent()) {
                long sectionOffset = address.minus(start.get());
                if (isIn(placed.shape(section), sectionOffset)) {
                    return Optional.of(at(section, sectionOffset));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isIn(Section section, long sectionOffset) {
        return Long.compareUnsigned(sectionOffset, section.sizeBytes()) < 0;
    }

    /** The byte {@code fileOffset} bytes into the (decompressed) file; empty if no section has contents there. */
    public Optional<Location> atFileOffset(long fileOffset) {
        for (Section section : placed.plan().file().elf().sections()) {
            long sectionOffset = fileOffset - section.fileOffset();
            if (section.hasContents() && isIn(section, sectionOffset)) {
                return Optional.of(at(section, sectionOffset));
            }
        }
        return Optional.empty();
    }

    /**
     * The byte {@code sectionOffset} bytes into {@code section}. If the architecture resized the section, some of its bytes are only in the
     * file, or only in the loaded module.
     *
     * @throws IllegalArgumentException if the section is not that long, neither in the file nor as it is laid out
     */
    public Location at(Section section, long sectionOffset) {
        Section shape = placed.shape(section);
        boolean isInFile = isIn(section, sectionOffset);
        boolean isLaidOut = isIn(shape, sectionOffset);
        if (!isInFile && !isLaidOut) {
            throw new IllegalArgumentException(
                    section.name() + " has " + Math.max(section.sizeBytes(), shape.sizeBytes())
                            + " bytes, none at offset " + Long.toUnsignedString(sectionOffset));
        }
        return new Location(
                section,
                sectionOffset,
                isInFile && section.hasContents()
                        ? OptionalLong.of(section.fileOffset() + sectionOffset)
                        : OptionalLong.empty(),
                isLaidOut ? placed.address(section).map(start -> start.plus(sectionOffset)) : Optional.empty());
    }
}
