package io.modrt.conformance.unicorn;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.Permission;
import io.modrt.memory.TargetMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** An emulated processor and its memory, which is there as soon as modrt writes it. */
final class Unicorn implements TargetMemory, AutoCloseable {
    private static final int HOOK_CODE = 1 << 2;
    private static final int DROP_TRANSLATIONS = 0x4800_0009;
    private static final int PAGE_BYTES = 4096;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final long LONGEST_RUN_MICROS = 60_000_000;

    private final UnicornLibrary library = Native.load("libunicorn.so.2", UnicornLibrary.class);
    private final Cpu cpu;
    private final Pointer engine;
    private final Set<Long> pages = new HashSet<>();
    /** Native code calls these; the collector must not take them. */
    private final List<Callback> hooks = new ArrayList<>();

    private @Nullable RuntimeException thrown;

    Unicorn(Cpu cpu) {
        this.cpu = cpu;
        PointerByReference made = new PointerByReference();
        check("uc_open", library.uc_open(cpu.arch, cpu.mode, made));
        engine = made.getValue();
    }

    private void check(String what, int error) {
        if (error != 0) {
            throw new IllegalStateException(what + ": " + library.uc_strerror(error));
        }
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        byte[] part = new byte[length];
        int error = library.uc_mem_read(engine, cpu.physical(from.value()), part, length);
        if (error != 0) {
            throw new MemoryException(
                    Refusal.of(Errno.EFAULT, "memory at " + from + ": " + library.uc_strerror(error)));
        }
        System.arraycopy(part, 0, into, offset, length);
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        long start = cpu.physical(to.value());
        for (long page = start / PAGE_BYTES; page <= (start + length - 1) / PAGE_BYTES; page++) {
            if (pages.add(page)) {
                check("uc_mem_map", library.uc_mem_map(engine, page * PAGE_BYTES, PAGE_BYTES, READ | WRITE | EXECUTE));
            }
        }
        byte[] part = Arrays.copyOfRange(bytes, offset, offset + length);
        check("uc_mem_write", library.uc_mem_write(engine, start, part, length));
    }

    @Override
    public void codeChanged(AddressRange range) {
        check(
                "uc_ctl",
                library.uc_ctl(
                        engine,
                        DROP_TRANSLATIONS,
                        range.start().value(),
                        range.end().value()));
    }

    @Override
    public void protect(AddressRange range, Permission permission) {
        int bits = READ
                | (permission == Permission.READ_WRITE || permission == Permission.READ_WRITE_EXECUTE ? WRITE : 0)
                | (permission == Permission.READ_EXECUTE || permission == Permission.READ_WRITE_EXECUTE ? EXECUTE : 0);
        long start = cpu.physical(range.start().value()) / PAGE_BYTES * PAGE_BYTES;
        long end = (cpu.physical(range.start().value()) + range.sizeBytes() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        check("uc_mem_protect", library.uc_mem_protect(engine, start, end - start, bits));
    }

    long register(int number) {
        LongByReference value = new LongByReference();
        check("uc_reg_read", library.uc_reg_read(engine, number, value));
        return cpu.wrap(value.getValue());
    }

    void setRegister(int number, long value) {
        check("uc_reg_write", library.uc_reg_write(engine, number, new LongByReference(value)));
    }

    /** Calls {@code hook} with the address of each instruction in {@code range} before it runs. */
    void onCode(AddressRange range, LongConsumer hook) {
        UnicornLibrary.CodeHook callback = (any, address, sizeBytes, user) -> {
            try {
                hook.accept(address);
            } catch (RuntimeException e) { // why: no exception may pass through native code; run throws it
                thrown = e;
                library.uc_emu_stop(engine);
            }
        };
        hooks.add(callback);
        long from = cpu.wrap(range.start().value());
        check(
                "uc_hook_add",
                library.uc_hook_add(
                        engine,
                        new PointerByReference(),
                        HOOK_CODE,
                        callback,
                        Pointer.NULL,
                        from,
                        from + range.sizeBytes() - 1));
    }

    /** Runs from one address until another is reached. */
    void run(long from, long until) {
        int error = library.uc_emu_start(engine, cpu.wrap(from), cpu.wrap(until), LONGEST_RUN_MICROS, 0);
        RuntimeException failure = thrown;
        thrown = null;
        if (failure != null) {
            throw failure;
        }
        long pc = register(cpu.pc());
        if (error != 0 || pc != cpu.wrap(until)) {
            throw new IllegalStateException("stopped at 0x" + Long.toHexString(pc) + ": "
                    + (error == 0 ? "not done in " + LONGEST_RUN_MICROS + " us" : library.uc_strerror(error)));
        }
    }

    @Override
    public void close() {
        check("uc_close", library.uc_close(engine));
    }
}
