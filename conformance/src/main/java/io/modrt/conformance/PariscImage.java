package io.modrt.conformance;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * A linked or loaded PA-RISC module with its stubs, GOT and descriptors. It finds where a branch ends up by executing the instructions of stubs
 * as the processor would.
 */
final class PariscImage {
    /** The most instructions of a stub. */
    private static final int MOST_STEPS = 4;

    private static final int R1 = 1;
    private static final int DP = 27;
    private static final int SHORT_LOAD_DOUBLEWORD = 3;

    /**
     * The end of a branch.
     *
     * @param target the address
     * @param dp the value of r27 there
     * @param stub the address of the stub through which it went, or 0
     */
    record Reached(long target, long dp, long stub) {}

    private final Words memory;
    private final NavigableMap<Long, Long> sections;
    private final Target width;
    private final List<Long> stubs;

    /**
     * Views the given bytes.
     *
     * @param memory all bytes
     * @param sections the end of each of the module's own sections, by its start; what is in none of them is a stub or a table
     * @param stubs the addresses of stubs, as far as they are known
     */
    PariscImage(Words memory, NavigableMap<Long, Long> sections, Target width, List<Long> stubs) {
        this.memory = memory;
        this.sections = sections;
        this.width = width;
        this.stubs = stubs;
    }

    List<Long> stubs() {
        return stubs;
    }

    boolean is64Bit() {
        return width.is64Bit();
    }

    Words memory() {
        return memory;
    }

    /** Whether the address is in the module, but in none of its sections. */
    boolean isAdded(long address) {
        Map.Entry<Long, Long> below = sections.floorEntry(address);
        return (below == null || address >= below.getValue())
                && memory.at(address, Integer.BYTES).isPresent();
    }

    /** Whether the address is in the module. */
    boolean holds(long address) {
        return memory.at(address, 1).isPresent();
    }

    /** The doubleword at an address; outside the module, the address itself: so the code of a function elsewhere is at its descriptor plus 16. */
    long doubleword(long address) {
        return memory.at(address, Long.BYTES)
                .map(section -> section.bytes().getLong((int) (address - section.address())))
                .orElse(address);
    }

    /** Follows the branch {@code word} at {@code place}, with {@code dp} in r27. */
    Reached follow(int word, long place, long dp) {
        long target = width.wrap(place + 8 + PariscWord.branchDisplacement(word));
        return isAdded(target) ? run(target, dp) : new Reached(target, dp, 0);
    }

    private Reached run(long stub, long dp) {
        long[] registers = new long[32];
        registers[DP] = dp;
        for (int step = 0; step < MOST_STEPS; step++) {
            long place = stub + (long) step * Integer.BYTES;
            int word = memory.word(place);
            int base = PariscWord.bits(word, 6, 10);
            boolean isExternal = PariscWord.opcode(word) == PariscWord.BRANCH_EXTERNAL;
            if (isExternal || PariscWord.isVectored(word)) {
                long target = registers[base] + (isExternal ? (long) PariscWord.assemble17(word) << 2 : 0);
                if (!PariscWord.nullifies(word)) {
                    execute(memory.word(place + Integer.BYTES), registers);
                }
                return new Reached(width.wrap(target), registers[DP], stub);
            }
            execute(word, registers);
        }
        throw new IllegalArgumentException("no branch in the stub at 0x%x".formatted(stub));
    }

    private void execute(int word, long[] registers) {
        int first = PariscWord.bits(word, 6, 10);
        int second = PariscWord.bits(word, 11, 15);
        switch (PariscWord.opcode(word)) {
            case PariscWord.LOAD_IMMEDIATE_LEFT -> registers[first] = PariscWord.immediateLeft(word);
            case PariscWord.ADD_IMMEDIATE_LEFT -> registers[R1] = registers[first] + PariscWord.immediateLeft(word);
            case PariscWord.LOAD_OFFSET -> registers[second] = registers[first] + PariscWord.displacement14(word);
            case PariscWord.LOAD_DOUBLEWORD ->
                registers[second] = doubleword(registers[first] + PariscWord.displacement16a(word));
            case PariscWord.SHORT_MEMORY -> {
                if (PariscWord.bits(word, 22, 25) != SHORT_LOAD_DOUBLEWORD || PariscWord.bits(word, 19, 19) != 1) {
                    throw unexpected(word);
                }
                registers[PariscWord.bits(word, 27, 31)] =
                        doubleword(registers[first] + PariscWord.displacement5(word));
            }
            default -> throw unexpected(word);
        }
    }

    private static IllegalArgumentException unexpected(int word) {
        return new IllegalArgumentException("0x%08x has no place in a stub".formatted(word));
    }
}
