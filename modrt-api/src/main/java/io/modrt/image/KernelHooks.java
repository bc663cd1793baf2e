package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Who hooked the kernel by the kernel's own means: the tracers on the list of {@code struct ftrace_ops}, and the kprobes in the kernel's hash
 * table. Where the symbols {@code ftrace_ops_list} and {@code kprobe_table} are not known, since kallsyms may have functions only, both are
 * found by evidence: some word of the kernel's data points to a chain of {@code ftrace_ops} that ends in the one that calls
 * {@code ftrace_stub}, or to a {@code struct kprobe} that points back to that word and whose address has the instruction of kprobes.
 */
final class KernelHooks {
    private static final int CHUNK_BYTES = 1 << 16;
    private static final int PAGE_BYTES = 4096;
    private static final int TABLE_SLOTS = 64;
    private static final int MOST_NODES = 256;
    /** So many nodes are passed on all lists together, behind the first one of each. */
    private static final long MOST_STEPS = 1L << 20;
    /** Words of {@code struct ftrace_ops}: {@code func}, {@code next}, {@code flags}. */
    private static final int OPS_WORDS = 3;
    /** {@code FTRACE_OPS_FL_ENABLED}. */
    private static final long ENABLED = 1;

    private static final long MOST_FLAGS = 1L << 24;
    /** Words of {@code struct kprobe} up to the instruction that it saved, which is behind two or, before 5.14, three handlers. */
    private static final int PROBE_WORDS = 12;

    private static final int PROBE_LIST = 2;
    private static final int PROBE_ADDRESS = 5;
    private static final int PRE_HANDLER = 8;
    private static final int POST_HANDLER = 9;
    private static final int SAVED = 10;

    /**
     * A kprobe.
     *
     * @param structure where its {@code struct kprobe} is
     * @param at the address of the instruction that it replaces
     * @param saved the words that may be the saved instruction
     * @param handlers what runs there
     */
    record Kprobe(Address structure, Address at, List<Integer> saved, Set<Address> handlers) {}

    /**
     * A tracer.
     *
     * @param ops where its {@code struct ftrace_ops} is
     * @param function what is called at each traced function
     */
    record Tracer(Address ops, Address function) {}

    private final MemoryImage image;
    private final KernelMemory memory;
    private final int wordBytes;
    private final OptionalInt instruction;
    private final Optional<Address> stub;
    private final Map<Address, Kprobe> kprobes = new ConcurrentSkipListMap<>();
    private final Map<Address, Tracer> tracers = new ConcurrentSkipListMap<>();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicBoolean isListFound = new AtomicBoolean();

    KernelHooks(MemoryImage image) {
        this.image = image;
        this.memory = image.kernelMemory();
        this.wordBytes = memory.wordBytes();
        this.instruction = image.arch().kprobeInstruction();
        this.stub = image.address("ftrace_stub");
        Optional<Address> list = image.address("ftrace_ops_list");
        Optional<Address> table = image.address("kprobe_table");
        list.flatMap(memory::pointer).ifPresent(this::walk);
        table.ifPresent(first -> {
            for (int i = 0; i < TABLE_SLOTS; i++) {
                Address slot = first.plus((long) i * wordBytes);
                memory.pointer(slot).ifPresent(node -> bucket(slot, node));
            }
        });
        if ((list.isEmpty() && stub.isPresent()) || (table.isEmpty() && instruction.isPresent())) {
            image.kernelData().ifPresent(data -> search(data, list.isEmpty(), table.isEmpty()));
        }
    }

    /** The kprobes, by the addresses at which they are. */
    Map<Address, Kprobe> kprobes() {
        return new TreeMap<>(kprobes);
    }

    /** The tracers that are on the kernel's list; empty if the list was not found. */
    Optional<List<Tracer>> tracers() {
        return isListFound.get() ? Optional.of(List.copyOf(tracers.values())) : Optional.empty();
    }

    private void search(AddressRange data, boolean hasNoList, boolean hasNoTable) {
        long chunks = (data.sizeBytes() + CHUNK_BYTES - 1) / CHUNK_BYTES;
        LongStream.range(0, chunks).parallel().forEach(chunk -> {
            for (long at = chunk * CHUNK_BYTES; at < (chunk + 1) * CHUNK_BYTES && at < data.sizeBytes(); ) {
                Address start = data.start().plus(at);
                int length = (int) Math.min(
                        PAGE_BYTES - (start.value() & PAGE_BYTES - 1),
                        data.end().minus(start));
                memory.bytes(start, length).ifPresent(page -> search(start, page, hasNoList, hasNoTable));
                at += length;
            }
        });
    }

    private void search(Address start, byte[] page, boolean hasNoList, boolean hasNoTable) {
        for (int at = 0; at + wordBytes <= page.length; at += wordBytes) {
            long word = memory.word(page, at);
            if (Long.compareUnsigned(word, 1 << 16) > 0 && (word & wordBytes - 1) == 0) {
                Address node = Address.of(word);
                if (memory.physical(node).isPresent()) {
                    if (hasNoList && stub.isPresent()) {
                        walk(node);
                    }
                    if (hasNoTable) {
                        bucket(start.plus(at), node);
                    }
                }
            }
        }
    }

    /** Notes the tracers on a list that begins at {@code first}, if it ends as the kernel's does. */
    private void walk(Address first) {
        List<Tracer> found = new ArrayList<>();
        Address node = first;
        while (found.size() < MOST_NODES) {
            Optional<byte[]> ops = memory.bytes(node, OPS_WORDS * wordBytes);
            if (ops.isEmpty()) {
                return;
            }
            Address function = Address.of(memory.word(ops.get(), 0));
            long next = memory.word(ops.get(), wordBytes);
            long flags = memory.word(ops.get(), 2 * wordBytes);
            if (flags == 0 || Long.compareUnsigned(flags, MOST_FLAGS) >= 0) {
                return;
            }
            if (next == 0) {
                if (isStub(function)) {
                    isListFound.set(true);
                    found.forEach(tracer -> tracers.put(tracer.ops(), tracer));
                }
                return;
            }
            if ((flags & ENABLED) == 0 || (next & wordBytes - 1) != 0 || next == node.value()) {
                return;
            }
            if (steps.incrementAndGet() > MOST_STEPS) {
                return;
            }
            found.add(new Tracer(node, function));
            node = Address.of(next);
        }
    }

    private boolean isStub(Address function) {
        return stub.isPresent()
                && (function.equals(stub.get())
                        || (image.hasDescriptors()
                                && image.arch().width() == Width.BITS_64
                                && memory.pointer(function.plus(2L * wordBytes)).equals(stub)));
    }

    /** Notes the kprobes of one slot of the hash table, if that is what {@code first} is. */
    private void bucket(Address slot, Address first) {
        Address from = slot;
        Address node = first;
        for (int i = 0; i < MOST_NODES && node.value() != 0; i++) {
            Optional<byte[]> bytes = memory.bytes(node, PROBE_WORDS * wordBytes);
            if (bytes.isEmpty() || memory.word(bytes.get(), wordBytes) != from.value()) {
                return;
            }
            Address at = Address.of(memory.word(bytes.get(), PROBE_ADDRESS * wordBytes));
            if (code(at).orElse(0) != instruction.orElse(0) || instruction.isEmpty()) {
                return;
            }
            kprobes.put(at, kprobe(node, at, bytes.get()));
            from = node;
            node = Address.of(memory.word(bytes.get(), 0));
        }
    }

    private OptionalInt code(Address at) {
        OptionalLong word = memory.number(at);
        boolean isSwapped = memory.isBig() != (image.arch().codeOrder() == ByteOrder.BIG_ENDIAN);
        return word.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(isSwapped ? Integer.reverseBytes((int) word.getAsLong()) : (int) word.getAsLong());
    }

    private Kprobe kprobe(Address structure, Address at, byte[] bytes) {
        Set<Address> handlers = new LinkedHashSet<>();
        addHandlers(bytes, handlers);
        // why: several kprobes at one address are on a list of the one that is in the table
        Address head = structure.plus((long) PROBE_LIST * wordBytes);
        Address link = Address.of(memory.word(bytes, PROBE_LIST * wordBytes));
        for (int i = 0; i < MOST_NODES && !link.equals(head) && steps.incrementAndGet() <= MOST_STEPS; i++) {
            Optional<byte[]> other = memory.bytes(link.plus(-(long) PROBE_LIST * wordBytes), PROBE_WORDS * wordBytes);
            if (other.isEmpty() || memory.word(other.get(), PROBE_ADDRESS * wordBytes) != at.value()) {
                break;
            }
            addHandlers(other.get(), handlers);
            link = Address.of(memory.word(other.get(), PROBE_LIST * wordBytes));
        }
        boolean isBig = image.arch().codeOrder() == ByteOrder.BIG_ENDIAN;
        List<Integer> saved = List.of(
                Bytes.getInt(bytes, SAVED * wordBytes, isBig), Bytes.getInt(bytes, (SAVED + 1) * wordBytes, isBig));
        return new Kprobe(structure, at, saved, handlers);
    }

    private void addHandlers(byte[] bytes, Set<Address> handlers) {
        for (int field = PRE_HANDLER; field <= POST_HANDLER; field++) {
            long handler = memory.word(bytes, field * wordBytes);
            if (handler != 0) {
                handlers.add(Address.of(handler));
            }
        }
    }
}
