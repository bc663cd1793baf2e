package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.memory.MemoryReader;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Captured memory in which one bit is flipped in each of some words. A verification must report these words and no others. */
final class TamperedMemory implements MemoryReader {
    private static final int WORDS = 16;

    /** Writable sections that nevertheless hold only what loading makes of them. */
    private static final Set<String> COMPUTED =
            Set.of("__jump_table", "__ex_table", "__mcount_loc", "__patchable_function_entries");

    private final MemoryReader memory;
    private final NavigableMap<Address, byte[]> bits = new TreeMap<>();

    /**
     * Changes words of {@code memory} that {@code clean} found to be as loading makes them, and that nobody writes later.
     *
     * @param file the module's file
     * @param seed of the random choice of words and bits
     */
    TamperedMemory(MemoryReader memory, ElfFile file, VerificationResult clean, long seed) {
        this.memory = memory;
        Set<String> data = file.sections().stream()
                .filter(section -> section.isWritable() && !COMPUTED.contains(section.name()))
                .map(Section::name)
                .collect(Collectors.toSet());
        List<AddressRange> computed = clean.spans().stream()
                .filter(span -> span.reason() == Reason.EQUAL || span.reason() == Reason.FINISHED)
                .filter(span -> !data.contains(span.area()))
                .map(Span::range)
                .filter(range -> range.sizeBytes() >= Integer.BYTES)
                .toList();
        Random random = new Random(seed);
        for (int i = 0; i < WORDS && !computed.isEmpty(); i++) {
            AddressRange range = computed.get(random.nextInt(computed.size()));
            int word = random.nextInt(Math.toIntExact(range.sizeBytes() / Integer.BYTES));
            byte[] bit = new byte[Integer.BYTES];
            bit[random.nextInt(Integer.BYTES)] = (byte) (1 << random.nextInt(Byte.SIZE));
            bits.put(range.start().plus(word * (long) Integer.BYTES), bit);
        }
    }

    /** The number of changed words. */
    int count() {
        return bits.size();
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        memory.read(from, into, offset, length);
        Address lowest = from.plus(1L - Integer.BYTES);
        for (Map.Entry<Address, byte[]> changed : bits.tailMap(lowest).entrySet()) {
            long place = changed.getKey().minus(from);
            if (place >= length) {
                break;
            }
            for (int i = 0; i < Integer.BYTES; i++) {
                if (place + i >= 0 && place + i < length) {
                    into[offset + (int) place + i] ^= changed.getValue()[i];
                }
            }
        }
    }

    /** The faults of a verification of this memory: changed words that it missed, and other words that it reported. */
    List<String> faults(VerificationResult result) {
        List<String> faults = new ArrayList<>();
        Map<Address, byte[]> unseen = new TreeMap<>(bits);
        for (Difference difference : result.differences()) {
            byte[] bit = unseen.remove(difference.address());
            if (bit == null) {
                faults.add("tampered elsewhere, and reported: " + difference);
            } else if (Integer.bitCount(difference.expected() ^ difference.found()) != 1) {
                faults.add("tampered in one bit, and reported: " + difference);
            }
        }
        unseen.keySet().forEach(address -> faults.add("tampered, and told as " + told(result, address)));
        return faults;
    }

    private static String told(VerificationResult result, Address address) {
        return result.spans().stream()
                .filter(span -> span.range().contains(address))
                .map(Span::toString)
                .findFirst()
                .orElse("nothing");
    }
}
