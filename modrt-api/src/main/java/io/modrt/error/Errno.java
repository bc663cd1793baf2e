package io.modrt.error;

import org.apiguardian.api.API;

/**
 * The error numbers that {@code init_module}, {@code finit_module} and {@code delete_module} return, and those below 35, which are the same
 * everywhere and which init functions return.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Errno {
    EPERM(1),
    ENOENT(2),
    ESRCH(3),
    EINTR(4),
    EIO(5),
    ENXIO(6),
    E2BIG(7),
    ENOEXEC(8),
    EBADF(9),
    ECHILD(10),
    EWOULDBLOCK(11),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    ENOTBLK(15),
    EBUSY(16),
    EEXIST(17),
    EXDEV(18),
    ENODEV(19),
    ENOTDIR(20),
    EISDIR(21),
    EINVAL(22),
    ENFILE(23),
    EMFILE(24),
    ENOTTY(25),
    ETXTBSY(26),
    EFBIG(27),
    ENOSPC(28),
    ESPIPE(29),
    EROFS(30),
    EMLINK(31),
    EPIPE(32),
    EDOM(33),
    ERANGE(34),
    EBADMSG(74),
    EOPNOTSUPP(95),
    ENOPKG(65),
    ENOKEY(126),
    EKEYREJECTED(129),
    /** A number of an init function's own that differs between architectures: {@link InitException#result()} has it. */
    OTHER(0);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** The constant of a number below 35, which all architectures share; {@link #OTHER} for any other. */
    public static Errno ofShared(int number) {
        return number >= EPERM.number && number <= ERANGE.number ? values()[number - 1] : OTHER;
    }

    /** The generic number; MIPS and PA-RISC number those above 34 differently. */
    public int number() {
        return number;
    }
}
