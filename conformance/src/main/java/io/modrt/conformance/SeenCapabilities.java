package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.MemoryException;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.memory.MemoryReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The capabilities that an arm64 kernel patched its modules for, seen from what it made of their alternatives: a kernel without
 * KALLSYMS_ALL does not tell where its bitmap is. A record of {@code .altinstructions} has the distances to the original code and to
 * the replacement, the capability, and two lengths.
 */
final class SeenCapabilities {
    private static final int RECORD_BYTES = 12;
    private static final int NUMBER = 0x7fff;

    /** Original code that one or more records are about. */
    private record Place(boolean isChanged, Set<Integer> capabilities) {}

    private final List<Place> places = new ArrayList<>();

    /** Looks at a module that was relocated as for a machine without capabilities. */
    void look(RelocatedModule module, MemoryReader memory) {
        PlacedModule placed = module.resolved().placed();
        Map<Address, Set<Integer>> wanted = new HashMap<>();
        Map<Address, Integer> lengths = new HashMap<>();
        for (Section table : placed.file().elf().sections()) {
            if (table.isNamed(".altinstructions") && placed.address(table).isPresent()) {
                Address start = placed.address(table).orElseThrow();
                ByteBuffer records = ByteBuffer.wrap(module.bytes(table)).order(ByteOrder.LITTLE_ENDIAN);
                for (int at = 0; at + RECORD_BYTES <= records.capacity(); at += RECORD_BYTES) {
                    Address original = start.plus(at + records.getInt(at));
                    wanted.computeIfAbsent(original, any -> new HashSet<>()).add(records.getShort(at + 8) & NUMBER);
                    lengths.merge(original, records.get(at + 10) & 0xff, Math::max);
                }
            }
        }
        wanted.forEach((original, capabilities) ->
                look(module, memory, original, new Place(false, capabilities), lengths.getOrDefault(original, 0)));
    }

    private void look(RelocatedModule module, MemoryReader memory, Address original, Place place, int length) {
        PlacedModule placed = module.resolved().placed();
        for (Section section : placed.file().elf().sections()) {
            Address start = placed.address(section).orElse(null);
            if (start == null || Long.compareUnsigned(original.minus(start), section.sizeBytes() - length) > 0) {
                continue;
            }
            byte[] found = new byte[length];
            try {
                memory.read(original, found, 0, length);
            } catch (MemoryException gone) {
                return; // init code was freed
            }
            int from = (int) original.minus(start);
            byte[] compiled = Arrays.copyOfRange(module.bytes(section), from, from + length);
            places.add(new Place(!Arrays.equals(found, compiled), place.capabilities()));
            return;
        }
    }

    /**
     * The capabilities that the machine has.
     *
     * @throws IllegalArgumentException where code of a capability was patched at one place and not at another
     */
    Set<Integer> present() {
        Set<Integer> absent = new HashSet<>();
        places.stream().filter(place -> !place.isChanged()).forEach(place -> absent.addAll(place.capabilities()));
        Set<Integer> present = new HashSet<>();
        for (Place place : places) {
            if (place.isChanged()) {
                Set<Integer> why = new HashSet<>(place.capabilities());
                why.removeAll(absent);
                if (why.isEmpty()) {
                    throw new IllegalArgumentException(
                            "code for capabilities " + place.capabilities() + " is patched here and not there");
                }
                present.addAll(why);
            }
        }
        return present;
    }
}
