package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.memory.TargetMemory;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes to the target's memory that can be undone, each region once. */
final class RegionWrites {

    /** What a region held. */
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
     * @param fresh whether what is there now need not be kept
     */
    void write(RegionKind kind, AddressRange range, byte[] bytes, boolean fresh) {
        byte[] old = new byte[fresh ? 0 : bytes.length];
        if (!fresh) {
            memory.read(range.start(), old, 0, old.length);
        }
        memory.write(range.start(), bytes, 0, bytes.length);
        if (!fresh) { // why: a write that fails has written nothing, so there is nothing to undo
            before.push(new Before(kind, range, old));
        }
        tellOfCode(kind, range);
    }

    private void tellOfCode(RegionKind kind, AddressRange range) {
        if (kind.isExecutable()) {
            memory.codeChanged(range);
        }
    }

    /**
     * Puts back what was there.
     *
     * @param failure why; returned, or joined with what went wrong here
     */
    RuntimeException undo(RuntimeException failure) {
        for (Before region : before) {
            try {
                memory.write(region.range.start(), region.bytes, 0, region.bytes.length);
                tellOfCode(region.kind, region.range);
            } catch (RuntimeException second) {
                MemoryException both = new MemoryException(Refusal.of(
                                Errno.EFAULT,
                                failure.getMessage() + "; and undoing it failed, too: " + region.bytes.length
                                        + " bytes at " + region.range.start() + " are no longer what they were: "
                                        + second.getMessage())
                        .because(failure));
                both.addSuppressed(second);
                failure = both;
            }
        }
        return failure;
    }
}
