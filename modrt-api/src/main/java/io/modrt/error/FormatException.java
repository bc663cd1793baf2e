package io.modrt.error;

import java.util.OptionalLong;
import org.apiguardian.api.API;

/** Bytes that are not what they should be: an ELF file, a compressed file, a symbol map, a kernel image. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FormatException extends ModrtException {

    private static final long serialVersionUID = 1L;
    private static final long NOWHERE = -1;

    private final long fileOffset;

    /** The exception for {@code refusal}, of no place in particular. */
    public FormatException(Refusal refusal) {
        this(refusal, NOWHERE);
    }

    /** The exception for {@code refusal}, at {@code fileOffset} bytes into the input. */
    public FormatException(Refusal refusal, long fileOffset) {
        super(refusal);
        this.fileOffset = fileOffset;
    }

    /** Where in the input, in bytes from its start; empty where no one place is at fault. */
    public OptionalLong fileOffset() {
        return fileOffset == NOWHERE ? OptionalLong.empty() : OptionalLong.of(fileOffset);
    }
}
