package io.modrt.error;

import java.util.OptionalLong;
import org.apiguardian.api.API;

/** Malformed bytes of an ELF file, a compressed file, a symbol map or a kernel image. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FormatException extends ModrtException {

    private static final long serialVersionUID = 1L;
    private static final long NOWHERE = -1;

    private final long fileOffset;

    /** The exception for {@code refusal}, without a file offset. */
    public FormatException(Refusal refusal) {
        this(refusal, NOWHERE);
    }

    /** The exception for {@code refusal}, at {@code fileOffset} bytes into the input. */
    public FormatException(Refusal refusal, long fileOffset) {
        super(refusal);
        this.fileOffset = fileOffset;
    }

    /** The place at fault, in bytes from the start of the input; empty if no single place is. */
    public OptionalLong fileOffset() {
        return fileOffset == NOWHERE ? OptionalLong.empty() : OptionalLong.of(fileOffset);
    }
}
