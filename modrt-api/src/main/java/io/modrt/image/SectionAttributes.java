package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.image.ShapeEvidence.Voter;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel keeps for {@code /sys/module/NAME/sections}: {@code struct module} points to a block with an entry for each loaded section
 * that is not empty, in the order of the section headers, and each entry has the section's address. The block is recognised by the addresses
 * of sections that are known; of others it then tells.
 */
final class SectionAttributes {
    private static final int MOST_STRIDE = 256;
    private static final int MOST_HEAD = 512;
    private static final int MOST_BYTES = 1 << 22;
    private static final int LEAST_KNOWN = 2;

    private final KernelMemory memory;
    private final Voter voter;
    private final LayoutPlan plan;

    SectionAttributes(KernelMemory memory, Voter voter) {
        this.memory = memory;
        this.voter = voter;
        this.plan = voter.plan();
    }

    /** The base of a region that is not known, by those that are; empty if there is no such block, or no section of the region. */
    Optional<Address> base(RegionKind wanted, Map<RegionKind, Address> known) {
        List<Section> listed = new ArrayList<>();
        for (Section section : plan.file().elf().sections()) {
            if (plan.region(section).isPresent() && plan.shape(section).sizeBytes() > 0) {
                listed.add(section);
            }
        }
        long[] addresses = new long[listed.size()];
        int first = -1;
        int second = -1;
        for (int i = 0; i < addresses.length; i++) {
            Address base = known.get(plan.region(listed.get(i)).orElseThrow());
            if (base != null) {
                addresses[i] = base.value() + plan.regionOffset(listed.get(i)).orElseThrow();
                second = first >= 0 && second < 0 ? i : second;
                first = first < 0 ? i : first;
            }
        }
        if (second < 0) {
            return Optional.empty();
        }
        for (int at = 0; at + memory.wordBytes() <= voter.bytes().length; at += memory.wordBytes()) {
            long pointer = memory.word(voter.bytes(), at);
            Optional<byte[]> head = pointer == 0 || !Address.of(pointer).isAligned(memory.wordBytes())
                    ? Optional.empty()
                    : head(pointer);
            if (head.isPresent()) {
                Block block = new Block(pointer, head.get(), addresses, first);
                Optional<Address> base = block.base(listed, wanted);
                if (base.isPresent()) {
                    return base;
                }
            }
        }
        return Optional.empty();
    }

    /** The start of what may be a block; less where memory ends. */
    private Optional<byte[]> head(long pointer) {
        return memory.bytes(Address.of(pointer), MOST_HEAD).or(() -> memory.bytes(Address.of(pointer), MOST_HEAD / 4));
    }

    /** One candidate. The address {@code first} is the first one that is known. */
    private final class Block {
        private final long pointer;
        private final byte[] head;
        private final long[] addresses;
        private final int first;

        Block(long pointer, byte[] head, long[] addresses, int first) {
            this.pointer = pointer;
            this.head = head;
            this.addresses = addresses;
            this.first = first;
        }

        Optional<Address> base(List<Section> listed, RegionKind wanted) {
            int wordBytes = memory.wordBytes();
            for (int stride = 2 * wordBytes; stride <= MOST_STRIDE; stride += wordBytes) {
                for (int front = 0; front <= MOST_HEAD / 4; front += wordBytes) {
                    int at = front + first * stride;
                    boolean isHere = at + wordBytes <= head.length
                            ? memory.word(head, at) == addresses[first]
                            : first > 0 && word(at).orElse(0) == addresses[first];
                    if (isHere && fits(front, stride)) {
                        return find(listed, wanted, front, stride);
                    }
                }
            }
            return Optional.empty();
        }

        private OptionalLong word(long at) {
            if (at > MOST_BYTES) {
                return OptionalLong.empty();
            }
            return memory.pointer(Address.of(pointer + at))
                    .map(address -> OptionalLong.of(address.value()))
                    .orElse(OptionalLong.empty());
        }

        private boolean fits(int front, int stride) {
            int known = 0;
            for (int i = first; i < addresses.length; i++) {
                if (addresses[i] != 0) {
                    if (word(front + (long) i * stride).orElse(0) != addresses[i]) {
                        return false;
                    }
                    known++;
                }
            }
            return known >= LEAST_KNOWN;
        }

        private Optional<Address> find(List<Section> listed, RegionKind wanted, int front, int stride) {
            for (int i = 0; i < addresses.length; i++) {
                if (plan.region(listed.get(i)).filter(wanted::equals).isPresent()) {
                    long offset = plan.regionOffset(listed.get(i)).orElseThrow();
                    OptionalLong address = word(front + (long) i * stride);
                    if (address.isPresent()
                            && Address.of(address.getAsLong() - offset)
                                    .isAligned(plan.profile().pageBytes())) {
                        return Optional.of(Address.of(address.getAsLong() - offset));
                    }
                }
            }
            return Optional.empty();
        }
    }
}
