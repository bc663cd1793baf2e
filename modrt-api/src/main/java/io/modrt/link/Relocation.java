package io.modrt.link;

import io.modrt.error.RelocationPlace;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Stub;
import java.util.HexFormat;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * One applied relocation, explained.
 *
 * @param place the relocation and its numbers
 * @param type its row of the psABI's table
 * @param value the result of the type's formula, before it was cut to the field
 * @param before the contents of the place before the relocation: the 1, 2, 4 or 8 bytes of the type's field
 * @param after the contents of the place after the relocation
 * @param stub the stub through which the branch goes; empty if it goes to its symbol directly
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Relocation(
        RelocationPlace place, RelocationType type, long value, long before, long after, Optional<Stub> stub) {

    /**
     * For example {@code farcall: .text+0x8: R_MIPS_26 against _mcount+0x0: 0x0c000000 becomes 0x0c002000, by way of the stub at
     * 0xc0008000}.
     */
    @Override
    public String toString() {
        return place + ": " + hex(before) + " becomes " + hex(after)
                + stub.map(bridge -> ", by way of the stub at " + bridge.address())
                        .orElse("");
    }

    private String hex(long contents) {
        return "0x" + HexFormat.of().toHexDigits(contents, 2 * type.field().bytes());
    }
}
