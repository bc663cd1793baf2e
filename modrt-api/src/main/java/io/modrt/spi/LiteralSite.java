package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import java.util.Arrays;
import org.apiguardian.api.API;

/**
 * A call site that consists of nops when it is off. When it is on, it starts with the tracer's address as a literal and ends with a branch
 * at the site's address; the branch is written last when the site is switched on, and first when it is switched off. Code and literal are
 * big endian.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LiteralSite implements SiteKind {
    private final String description;
    private final Width width;
    private final byte[] off;
    private final byte[] on;

    /**
     * A kind of site.
     *
     * @param width the width of the literal
     * @param nop the instruction of which a site consists when it is off
     * @param on the words of a site that is on; those of the literal are ignored
     */
    public LiteralSite(String description, Width width, int nop, int... on) {
        this.description = description;
        this.width = width;
        int[] nops = on.clone();
        Arrays.fill(nops, nop);
        this.off = bytes(nops);
        this.on = bytes(on);
    }

    private static byte[] bytes(int[] words) {
        byte[] bytes = new byte[words.length * Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            Bytes.putInt(bytes, i * Integer.BYTES, true, words[i]);
        }
        return bytes;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public int bytesInFront() {
        return on.length - Integer.BYTES;
    }

    @Override
    public int bytes() {
        return on.length;
    }

    /** FOREIGN also if the literal would not be aligned. */
    @Override
    public State state(long site, byte[] code) {
        int literal = width.bytes();
        if (!Address.of(site - bytesInFront()).isAligned(literal)) {
            return State.FOREIGN;
        }
        if (Arrays.equals(code, literal, on.length, on, literal, on.length)) {
            return State.ON;
        }
        return Arrays.equals(code, 0, off.length, off, 0, off.length) ? State.OFF : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        return Bytes.get(code, 0, width.bytes(), true);
    }

    @Override
    public boolean reaches(long site, Address entry) {
        return true;
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        System.arraycopy(on, 0, code, 0, on.length);
        Bytes.put(code, 0, width.bytes(), true, entry);
    }

    @Override
    public void off(long site, byte[] code) {
        System.arraycopy(off, 0, code, 0, off.length);
    }

    @Override
    public int writes() {
        return on.length / Integer.BYTES;
    }

    @Override
    public int write(int nth, State to) {
        return to == State.ON ? nth : (nth + writes() - 1) % writes();
    }
}
