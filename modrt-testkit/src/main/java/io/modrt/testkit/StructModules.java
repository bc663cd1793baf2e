package io.modrt.testkit;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.memory.TargetMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fills in the fields of {@code struct module} that a kernel fills in, and the list that leads from one to the next. */
final class StructModules {
    /** Bytes behind the state and the list in which a kernel keeps the name. */
    private static final int NAME_BYTES = 64;
    /** Words from the end of the name to {@code mkobj.mod}, which points to the structure. */
    private static final int WORDS_TO_SELF = 8;

    private static final int FIRST_BASE_32 = 0x100;
    private static final int FIRST_BASE_64 = 0x140;
    /** Words of {@code struct module_memory}, which has a node of a tree behind base and size. */
    private static final int BASE_WORDS = 9;

    private static final int INIT_WORDS = 3;

    private final ElfEncoding encoding;
    private final TargetMemory memory;
    private final int wordBytes;

    StructModules(ElfEncoding encoding, TargetMemory memory) {
        this.encoding = encoding;
        this.memory = memory;
        this.wordBytes = encoding.wordBytes();
    }

    /** Where the structure of {@code module} is. */
    static Address of(LiveModule module) {
        return module.address(".gnu.linkonce.this_module")
                .orElseThrow(() -> new IllegalArgumentException(module.name() + " has no struct module"));
    }

    /** The pointer to itself, and base and size of each region that stays. */
    void fill(LiveModule module) {
        Address self = of(module);
        int selfOffset = INIT_WORDS * wordBytes + NAME_BYTES - wordBytes + WORDS_TO_SELF * wordBytes;
        putPointer(self.plus(selfOffset), self.value());
        int at = encoding.is64Bit() ? FIRST_BASE_64 : FIRST_BASE_32;
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = module.placed().range(kind);
            if (range.isPresent() && !kind.isInit()) {
                putPointer(self.plus(at), range.get().start().value());
                putWord(self.plus(at + wordBytes), (int) range.get().sizeBytes());
                at += BASE_WORDS * wordBytes;
            }
        }
    }

    /** Links the modules behind {@code head}, the most recent first. */
    void list(Address head, List<LiveModule> modules) {
        List<Address> nodes = new ArrayList<>(List.of(head));
        for (int i = modules.size() - 1; i >= 0; i--) {
            nodes.add(node(modules.get(i)));
        }
        for (int i = 0; i < nodes.size(); i++) {
            Address next = nodes.get((i + 1) % nodes.size());
            putPointer(nodes.get(i), next.value());
            putPointer(next.plus(wordBytes), nodes.get(i).value());
        }
    }

    /** Takes a module off the list, as what hides one does. */
    void unlink(LiveModule module) {
        Address next = Address.of(pointer(node(module)));
        Address previous = Address.of(pointer(node(module).plus(wordBytes)));
        putPointer(previous, next.value());
        putPointer(next.plus(wordBytes), previous.value());
    }

    private Address node(LiveModule module) {
        return of(module).plus(wordBytes);
    }

    private long pointer(Address at) {
        byte[] bytes = new byte[wordBytes];
        memory.read(at, bytes, 0, wordBytes);
        return encoding.pointer(bytes, 0);
    }

    private void putPointer(Address at, long value) {
        byte[] bytes = new byte[wordBytes];
        encoding.putPointer(bytes, 0, value);
        memory.write(at, bytes, 0, wordBytes);
    }

    private void putWord(Address at, int value) {
        memory.write(at, encoding.words(value), 0, Integer.BYTES);
    }
}
