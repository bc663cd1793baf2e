package io.modrt.conformance.unicorn;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** The functions of {@code libunicorn.so.2} that are used here, under their own names. */
@SuppressWarnings({"checkstyle:MethodName", "MemberName"})
interface UnicornLibrary extends Library {

    /** Called before an instruction in a range. */
    interface CodeHook extends Callback {
        void invoke(Pointer engine, long address, int sizeBytes, Pointer user);
    }

    /** Called when memory is used that is not there; returns whether it is there now. */
    interface UnmappedHook extends Callback {
        boolean invoke(Pointer engine, int kind, long address, int sizeBytes, long value, Pointer user);
    }

    int uc_open(int arch, int mode, PointerByReference engine);

    int uc_close(Pointer engine);

    String uc_strerror(int error);

    int uc_ctl(Pointer engine, int control, Object... arguments);

    int uc_mem_map(Pointer engine, long address, long sizeBytes, int permissions);

    int uc_mem_protect(Pointer engine, long address, long sizeBytes, int permissions);

    int uc_mem_read(Pointer engine, long address, byte[] bytes, long length);

    int uc_mem_write(Pointer engine, long address, byte[] bytes, long length);

    int uc_reg_read(Pointer engine, int register, LongByReference value);

    int uc_reg_write(Pointer engine, int register, LongByReference value);

    int uc_emu_start(Pointer engine, long from, long until, long timeoutMicros, long count);

    int uc_emu_stop(Pointer engine);

    int uc_hook_add(
            Pointer engine, PointerByReference hook, int type, Callback callback, Pointer user, long from, long to);
}
