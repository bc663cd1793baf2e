package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.memory.TargetMemory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Memory one of whose calls fails: the n-th of all reads, writes and notices of changed code. A call that fails has done nothing. */
final class FaultyMemory implements TargetMemory {
    private final TargetMemory memory = TargetMemory.heap();
    private @Nullable Supplier<? extends Throwable> fault;
    private int left;
    private @Nullable Runnable callback;

    /** Lets the {@code n}-th call from now on raise what {@code fault} gives. */
    void failAt(int n, Supplier<? extends Throwable> raised) {
        left = n;
        fault = raised;
    }

    /** Lets no call fail any more; returns whether one has failed. */
    boolean heal() {
        boolean hasFailed = left <= 0;
        fault = null;
        return hasFailed;
    }

    /** Calls {@code action} within the next write. */
    void atNextWrite(Runnable action) {
        callback = action;
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        count();
        memory.read(from, into, offset, length);
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        count();
        Runnable action = callback;
        if (action != null) {
            callback = null;
            action.run();
        }
        memory.write(to, bytes, offset, length);
    }

    @Override
    public void codeChanged(AddressRange range) {
        count();
    }

    private void count() {
        Supplier<? extends Throwable> raised = fault;
        if (raised != null && --left == 0) {
            FaultyMemory.<RuntimeException>raise(raised.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable raised) throws T {
        throw (T) raised;
    }
}
