package io.modrt.error;

import org.apiguardian.api.API;

/**
 * The error numbers that {@code init_module}, {@code finit_module} and {@code delete_module} return. Those below 35 are the same everywhere.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Errno {
    EPERM(1),
    ENOENT(2),
    ENOEXEC(8),
    ENOMEM(12),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    EINVAL(22),
    EFBIG(27),
    EWOULDBLOCK(11),
    EBADMSG(74),
    EOPNOTSUPP(95),
    ENOPKG(65),
    ENOKEY(126),
    EKEYREJECTED(129);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** The generic number; MIPS and PA-RISC number those above 34 differently. */
    public int number() {
        return number;
    }
}
