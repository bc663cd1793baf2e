package io.modrt.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The loaded sections of a module as bytes at addresses, and the words and pointers in them. */
final class Words {

    /**
     * One section.
     *
     * @param index its index in the module
     * @param name its name in the module
     * @param address its address
     * @param isInit whether it is freed after initialisation
     * @param bytes its contents, in the target's byte order
     */
    record Placed(int index, String name, long address, boolean isInit, ByteBuffer bytes) {

        boolean holds(long place, int sizeBytes) {
            long offset = place - address;
            return offset >= 0 && offset <= bytes.capacity() - sizeBytes;
        }
    }

    private final List<Placed> sections = new ArrayList<>();
    private final NavigableMap<Long, Placed> byAddress = new TreeMap<>();
    private final ByteOrder order;
    private final int pointerBytes;

    Words(boolean isBigEndian, boolean is64Bit) {
        this.order = isBigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.pointerBytes = is64Bit ? Long.BYTES : Integer.BYTES;
    }

    /** Adds a section that overlaps no other; {@code bytes} are viewed, not copied. */
    void add(int index, String name, long address, boolean isInit, byte[] bytes) {
        Placed section =
                new Placed(index, name, address, isInit, ByteBuffer.wrap(bytes).order(order));
        sections.add(section);
        byAddress.put(address, section);
    }

    List<Placed> sections() {
        return sections;
    }

    /** The first section of this name. */
    Optional<Placed> section(String name) {
        return sections.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** The section that holds {@code sizeBytes} bytes at {@code place}. */
    Optional<Placed> at(long place, int sizeBytes) {
        return Optional.ofNullable(byAddress.floorEntry(place))
                .map(Map.Entry::getValue)
                .filter(section -> section.holds(place, sizeBytes));
    }

    int pointerBytes() {
        return pointerBytes;
    }

    /** The word at an address, which is in some section. */
    int word(long place) {
        Placed section = at(place, Integer.BYTES).orElseThrow();
        return section.bytes().getInt((int) (place - section.address()));
    }

    void putWord(long place, int word) {
        Placed section = at(place, Integer.BYTES).orElseThrow();
        section.bytes().putInt((int) (place - section.address()), word);
    }

    /** The value in a pointer's width; one of 32 bits is zero-extended. */
    long wrap(long value) {
        return pointerBytes == Long.BYTES ? value : value & 0xffff_ffffL;
    }

    /** The pointer at an offset of a section; one of 32 bits is zero-extended. */
    long pointer(Placed section, int offset) {
        return pointerBytes == Long.BYTES
                ? section.bytes().getLong(offset)
                : section.bytes().getInt(offset) & 0xffff_ffffL;
    }

    void putPointer(Placed section, int offset, long value) {
        if (pointerBytes == Long.BYTES) {
            section.bytes().putLong(offset, value);
        } else {
            section.bytes().putInt(offset, (int) value);
        }
    }
}
