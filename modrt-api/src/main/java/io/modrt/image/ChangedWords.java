package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.verify.VerificationResult.Difference;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Says where words that were changed lead. */
final class ChangedWords {
    /** Words of one site, and of one branch, lie this near to each other. */
    private static final int NEAR_BYTES = 16;
    /** A change may be in the middle of the words that make a branch. */
    private static final int WORDS_AROUND = 3;
    /** A finding shows so many of the words that were changed. */
    private static final int MOST_SHOWN = 4;

    private final KernelMemory memory;
    private final ArchKernel arch;
    private final Places places;
    private final Loaded loaded;

    /** The bytes that should be in memory. */
    @FunctionalInterface
    interface Loaded {
        /** Those from {@code at} on; empty where none are known. */
        Optional<byte[]> bytes(Address at, int length);
    }

    ChangedWords(MemoryImage image, Places places, Loaded loaded) {
        this.memory = image.kernelMemory();
        this.arch = image.arch();
        this.places = places;
        this.loaded = loaded;
    }

    /**
     * A branch that a change has made.
     *
     * @param site the first of the words that make it
     * @param target where it leads, in words
     */
    record Branch(Address site, String target) {}

    /** The differences, those of one change together: adjacent words, words of one site, and words that together make one branch. */
    List<List<Difference>> changes(List<Difference> differences) {
        List<List<Difference>> changes = new ArrayList<>();
        for (Difference difference : differences) {
            List<Difference> last = changes.isEmpty() ? List.of() : changes.get(changes.size() - 1);
            if (!last.isEmpty() && isSameChange(last.get(last.size() - 1), difference)) {
                last.add(difference);
            } else {
                changes.add(new ArrayList<>(List.of(difference)));
            }
        }
        for (int i = changes.size() - 1; i > 0; i--) {
            if (isSameBranch(changes.get(i - 1), changes.get(i))) {
                changes.get(i - 1).addAll(changes.remove(i));
            }
        }
        return changes;
    }

    private static boolean isSameChange(Difference one, Difference next) {
        return isNear(one, next, one.why().isEmpty() ? Integer.BYTES : NEAR_BYTES);
    }

    private static boolean isNear(Difference one, Difference next, int mostBytes) {
        long distance = next.address().minus(one.address());
        return distance > 0
                && distance <= mostBytes
                && section(one).equals(section(next))
                && one.why().equals(next.why());
    }

    /** Whether two changes, with words between them that are as they were, make one branch, for example by both halves of an address. */
    private boolean isSameBranch(List<Difference> one, List<Difference> next) {
        Optional<Address> site = isNear(one.get(one.size() - 1), next.get(0), NEAR_BYTES)
                ? branch(one).map(Branch::site)
                : Optional.empty();
        return site.isPresent() && site.equals(branch(next).map(Branch::site));
    }

    /** Says which words of code were changed, the first of them with what they were, and where in them the branch is. */
    static String text(List<Difference> change, Optional<Branch> branch) {
        Address first = change.get(0).address();
        return change.size()
                + (change.size() == 1 ? " word of code was changed: " : " words of code were changed: ")
                + change.stream()
                        .limit(MOST_SHOWN)
                        .map(word -> hex(word.expected()) + " -> " + hex(word.found()))
                        .collect(Collectors.joining(", "))
                + (change.size() > MOST_SHOWN ? ", …" : "")
                + branch.map(Branch::site)
                        .filter(site -> !site.equals(first))
                        .map(site -> "; the branch is at " + site)
                        .orElse("");
    }

    /** A word in hexadecimal digits. */
    static String hex(int word) {
        return String.format(Locale.ROOT, "0x%08x", word);
    }

    /** The section of a difference. */
    static String section(Difference difference) {
        return difference.area().replaceFirst("\\+0x[0-9a-f]+$", "");
    }

    /** The first branch that a change has made: one in it, or one that it is the middle of, which without the change leads elsewhere. */
    Optional<Branch> branch(List<Difference> change) {
        Code found = new Code(memory::bytes);
        Code before = new Code((at, length) -> without(change, at, length));
        Address start = change.get(0).address();
        Address end = change.get(change.size() - 1).address();
        List<Address> sites = new ArrayList<>();
        for (Address at = start; at.compareTo(end) <= 0; at = at.plus(Integer.BYTES)) {
            sites.add(at);
        }
        for (int i = 1; i <= WORDS_AROUND; i++) {
            sites.add(start.plus(-(long) i * Integer.BYTES));
        }
        for (Address site : sites) {
            OptionalLong target = arch.branchTarget(site.value(), found);
            if (target.isPresent() && !target.equals(arch.branchTarget(site.value(), before))) {
                return Optional.of(new Branch(
                        site,
                        places.at(arch.width().address(target.getAsLong())).text()));
            }
        }
        return Optional.empty();
    }

    /** The bytes in memory, those of the change as they should be. */
    private Optional<byte[]> without(List<Difference> change, Address at, int length) {
        Optional<byte[]> bytes = memory.bytes(at, length);
        for (Difference word : change) {
            long from = word.address().minus(at);
            if (bytes.isPresent() && from > -Integer.BYTES && from < length) {
                Optional<byte[]> should = loaded.bytes(word.address(), Integer.BYTES);
                for (int i = 0; i < Integer.BYTES && should.isPresent(); i++) {
                    if (from + i >= 0 && from + i < length) {
                        bytes.get()[(int) from + i] = should.get()[i];
                    }
                }
            }
        }
        return bytes;
    }

    /** Where the code at {@code site} leads now; empty if it goes on behind it. */
    Optional<Address> target(Address site) {
        OptionalLong target = arch.branchTarget(site.value(), new Code(memory::bytes));
        return target.isPresent() ? Optional.of(arch.width().address(target.getAsLong())) : Optional.empty();
    }

    /** Where a changed word among code leads, if it was the address of a function: kernels have tables of functions among their code. */
    Optional<String> functionPointer(Difference difference) {
        Address at = difference.address().plus(-(difference.address().value() & memory.wordBytes() - 1));
        return loaded.bytes(at, memory.wordBytes())
                .map(bytes -> arch.width().address(memory.word(bytes, 0)))
                .filter(before -> places.isCode(before) && places.at(before).kind() == Places.Kind.ENTRY)
                .flatMap(before -> memory.pointer(at))
                .map(now -> places.at(now).text());
    }

    /** Where a changed word leads, if it was a pointer and is one. */
    Optional<String> pointer(Difference difference) {
        int wordBytes = memory.wordBytes();
        Address at = difference.address().plus(-(difference.address().value() & wordBytes - 1));
        Optional<byte[]> before = loaded.bytes(at, wordBytes);
        Optional<Address> now = memory.pointer(at);
        if (before.isEmpty() || now.isEmpty()) {
            return Optional.empty();
        }
        Places.Place was = places.at(Address.of(memory.word(before.get(), 0)));
        return was.kind() == Places.Kind.FOREIGN
                ? Optional.empty()
                : Optional.of(places.at(now.get()).text());
    }

    /** Code as the image has it, or as it should be. */
    private final class Code implements CodeReader {
        private final Loaded bytes;

        Code(Loaded bytes) {
            this.bytes = bytes;
        }

        private Optional<byte[]> read(long address, int sizeBytes) {
            return bytes.bytes(arch.width().address(address), sizeBytes);
        }

        @Override
        public boolean holds(long address, int sizeBytes) {
            return read(address, sizeBytes).isPresent();
        }

        private byte[] required(long address, int sizeBytes) {
            return read(address, sizeBytes)
                    .orElseThrow(() -> new FormatException(
                            Refusal.beyondKernel("no code can be read at 0x" + Long.toHexString(address))));
        }

        @Override
        public int codeAt(long address) {
            return Bytes.getInt(required(address, Integer.BYTES), 0, arch.codeOrder() == ByteOrder.BIG_ENDIAN);
        }

        @Override
        public byte byteAt(long address) {
            return required(address, 1)[0];
        }
    }
}
