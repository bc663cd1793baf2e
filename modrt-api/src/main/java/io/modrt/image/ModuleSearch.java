package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Searches memory for {@code struct module}. It begins with the state and the list head; the name follows, padded with zeros; and not far
 * behind that is a pointer to the structure itself, which {@code mkobj.mod} is. Nothing else looks so.
 */
final class ModuleSearch {
    private static final int CHUNK_BYTES = 1 << 18;
    private static final int NAME_BYTES = 64;
    private static final int LAST_STATE = 3;
    /** {@code mkobj.mod} is behind a {@code struct kobject}, of some ten words, more in kernels for debugging. */
    private static final int WORDS_TO_SELF = 48;

    private static final int MOST_MODULES = 1 << 14;

    private final KernelMemory memory;
    private final int wordBytes;
    private final int nameStart;
    private final int nameBytes;
    private final int headBytes;

    ModuleSearch(KernelMemory memory) {
        this.memory = memory;
        this.wordBytes = memory.wordBytes();
        this.nameStart = 3 * wordBytes;
        this.nameBytes = NAME_BYTES - wordBytes;
        this.headBytes = nameStart + nameBytes + WORDS_TO_SELF * wordBytes;
    }

    /** All that are in the mapped parts of these areas, by ascending address. */
    List<StructModule> in(List<AddressRange> areas) {
        List<StructModule> found = new ArrayList<>();
        for (AddressRange area : areas) {
            for (AddressRange range : memory.mapped(area)) {
                for (long at = 0; at < range.sizeBytes() && found.size() < MOST_MODULES; at += CHUNK_BYTES) {
                    search(range, at, found);
                }
            }
        }
        return found;
    }

    private void search(AddressRange range, long from, List<StructModule> found) {
        int length = (int) Math.min(CHUNK_BYTES + headBytes, range.sizeBytes() - from);
        Address start = range.start().plus(from);
        // why: memory that is mapped, but not in the image, holds nothing to find
        memory.bytes(start, length).ifPresent(bytes -> {
            for (int at = 0; at < CHUNK_BYTES && at <= length - nameStart - nameBytes; at += wordBytes) {
                if (mayBegin(bytes, at)) {
                    at(start.plus(at), bytes, at).ifPresent(found::add);
                }
            }
        });
    }

    /** A cheap test that almost no other bytes pass. */
    private boolean mayBegin(byte[] bytes, int at) {
        return isName(bytes[at + nameStart])
                && bytes[at + nameStart + nameBytes - 1] == 0
                && Integer.compareUnsigned(Bytes.getInt(bytes, at, memory.isBig()), LAST_STATE) <= 0;
    }

    private static boolean isName(byte c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    }

    private Optional<StructModule> at(Address address, byte[] bytes, int at) {
        int from = at + nameStart;
        int end = from;
        while (end < from + nameBytes && isName(bytes[end])) {
            end++;
        }
        for (int i = end; i < from + nameBytes; i++) {
            if (bytes[i] != 0) {
                return Optional.empty();
            }
        }
        for (int i = from + nameBytes; i <= bytes.length - wordBytes && i < at + headBytes; i += wordBytes) {
            if (memory.word(bytes, i) == address.value()) {
                return Optional.of(new StructModule(
                        address,
                        new String(bytes, from, end - from, StandardCharsets.US_ASCII),
                        Bytes.getInt(bytes, at, memory.isBig())));
            }
        }
        return Optional.empty();
    }

    /** The module whose structure is at {@code address}; empty if there is none. */
    Optional<StructModule> at(Address address) {
        return memory.bytes(address, headBytes)
                .filter(bytes -> mayBegin(bytes, 0))
                .flatMap(bytes -> at(address, bytes, 0));
    }
}
