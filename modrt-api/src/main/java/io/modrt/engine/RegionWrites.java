package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.memory.TargetMemory;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes regions to the target's memory, each once, and can undo that. */
final class RegionWrites {

    /** The bytes that a region held before it was written. */
    private static final class Before {
        private final RegionKind kind;
        private final AddressRange range;
        private final byte[] bytes;

        Before(RegionKind kind, AddressRange range, byte[] bytes) {
            this.kind = kind;
            this.range = range;
            this.bytes = bytes;
        }
    }

    private final TargetMemory memory;
    private final Deque<Before> before = new ArrayDeque<>();

    RegionWrites(TargetMemory memory) {
        this.memory = memory;
    }

    /**
     * Writes one region.
     *
     * @param bytes what is to be there; given away
     * @param fresh whether the bytes that are there now need not be kept for {@link #undo}
     */
    void write(RegionKind kind, AddressRange range, byte[] bytes, boolean fresh) {
        if (fresh) {
            memory.take(range.start(), bytes);
        } else {
            byte[] old = new byte[bytes.length];
            memory.read(range.start(), old, 0, old.length);
            memory.take(range.start(), bytes);
            before.push(new Before(
                    kind, range, old)); // why: a write that fails has written nothing, so there is nothing to undo
        }
        tellOfCode(kind, range);
    }

    /** Wipes the memory of a region that is freed. */
    static void wipe(TargetMemory memory, RegionKind kind, AddressRange range) {
        Failures failures = new Failures();
        failures.guard(() -> memory.wipe(range));
        if (kind.isExecutable()) {
            failures.guard(() -> memory.codeChanged(range));
        }
        failures.rethrow();
    }

    private void tellOfCode(RegionKind kind, AddressRange range) {
        if (kind.isExecutable()) {
            memory.codeChanged(range);
        }
    }

    /**
     * Restores the bytes that were there before, and tells of the code among them. What callbacks raise meanwhile is added to {@code failure}.
     *
     * @param failure what made this necessary
     * @throws MemoryException that tells of both, if a region cannot be restored after an exception
     */
    void undo(Throwable failure) {
        Failures telling = new Failures();
        MemoryException both = null;
        for (Before region : before) {
            try {
                memory.write(region.range.start(), region.bytes, 0, region.bytes.length);
            } catch (RuntimeException | Error second) { // why: the other regions are restored whatever was raised
                both = both(both == null ? failure : both, region, second);
                continue;
            }
            telling.guard(() -> tellOfCode(region.kind, region.range));
        }
        telling.addTo(failure);
        if (both != null && failure instanceof RuntimeException) {
            throw both;
        }
        if (both != null) { // why: an error stays the error that it is
            failure.addSuppressed(both);
        }
    }

    private static MemoryException both(Throwable failure, Before region, Throwable second) {
        MemoryException both = new MemoryException(Refusal.of(
                        Errno.EFAULT,
                        failure.getMessage() + "; and undoing it failed, too: " + region.bytes.length + " bytes at "
                                + region.range.start() + " are no longer what they were: " + second.getMessage())
                .because(failure));
        both.addSuppressed(second);
        return both;
    }
}
