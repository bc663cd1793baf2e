package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.memory.MemoryReader;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Memory of which some bytes were changed. */
final class PatchedMemory implements MemoryReader {
    private final MemoryReader memory;
    private final NavigableMap<Long, Byte> changed = new TreeMap<>();

    PatchedMemory(MemoryReader memory) {
        this.memory = memory;
    }

    void write(Address to, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            changed.put(to.value() + i, bytes[i]);
        }
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        memory.read(from, into, offset, length);
        for (Map.Entry<Long, Byte> one :
                changed.subMap(from.value(), from.value() + length).entrySet()) {
            into[offset + (int) (one.getKey() - from.value())] = one.getValue();
        }
    }
}
