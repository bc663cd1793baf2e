package io.modrt.link;

import io.modrt.error.RelocationSite;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Stub;
import java.util.HexFormat;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * One applied relocation, explained.
 *
 * @param site the relocation and its numbers
 * @param type its row of the psABI's table
 * @param value what the type's formula gave, before it was cut to the field
 * @param before the word or doubleword at the place, before
 * @param after the same, after
 * @param stub the stub through which the branch goes
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Relocation(
        RelocationSite site, RelocationType type, long value, long before, long after, Optional<Stub> stub) {

    /** The same, going through {@code bridge}. */
    public Relocation through(Stub bridge) {
        return new Relocation(site, type, value, before, after, Optional.of(bridge));
    }

    /**
     * For example {@code farcall: .text+0x8: R_MIPS_26 against _mcount+0x0: 0x0c000000 becomes 0x0c002000, by way of the stub at
     * 0xc0008000}.
     */
    @Override
    public String toString() {
        boolean isWord = (before | after) >>> Integer.SIZE == 0;
        return site + ": " + hex(before, isWord) + " becomes " + hex(after, isWord)
                + stub.map(bridge -> ", by way of the stub at " + bridge.address())
                        .orElse("");
    }

    private static String hex(long value, boolean isWord) {
        HexFormat digits = HexFormat.of();
        return "0x" + (isWord ? digits.toHexDigits((int) value) : digits.toHexDigits(value));
    }
}
