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
import java.util.Optional;
import java.util.OptionalLong;

/** Says where words that were changed lead. */
final class ChangedWords {
    /** Words that lie this near to each other belong to one change. */
    private static final int NEAR_BYTES = 16;
    /** A change may be in the middle of the words that make a branch. */
    private static final int WORDS_AROUND = 3;

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

    /** The differences, those of one change together. */
    static List<List<Difference>> changes(List<Difference> differences) {
        List<List<Difference>> changes = new ArrayList<>();
        int at = 0;
        while (at < differences.size()) {
            int end = at + 1;
            while (end < differences.size() && isSameChange(differences.get(end - 1), differences.get(end))) {
                end++;
            }
            changes.add(differences.subList(at, end));
            at = end;
        }
        return changes;
    }

    private static boolean isSameChange(Difference one, Difference next) {
        long distance = next.address().minus(one.address());
        return distance > 0
                && distance <= NEAR_BYTES
                && section(one).equals(section(next))
                && one.why().equals(next.why());
    }

    /** The section of a difference. */
    static String section(Difference difference) {
        return difference.area().replaceFirst("\\+0x[0-9a-f]+$", "");
    }

    /** Where changed code leads: the first branch in it, or one that it is the middle of, whose target is not the one that it had. */
    Optional<String> branch(List<Difference> change) {
        Code found = new Code(memory::bytes);
        Code before = new Code(loaded);
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
                return Optional.of(
                        places.at(arch.width().address(target.getAsLong())).text());
            }
        }
        return Optional.empty();
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
