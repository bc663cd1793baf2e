package com.example.i386;

import io.modrt.address.Address;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Sites of the function tracer: {@code call __fentry__}, which the kernel makes a nop when it loads the module. */
final class I386Tracing implements TracingSites, SiteKind {
    private static final int SITE_BYTES = 5;

    @Override
    public String tableSection() {
        return "__mcount_loc";
    }

    @Override
    public void writeOff(long site, ModuleImage image) {
        byte[] nop = I386Code.nop(SITE_BYTES);
        for (int i = 0; i < SITE_BYTES; i++) {
            image.putByteAt(site + i, nop[i]);
        }
    }

    @Override
    public List<? extends SiteKind> kinds(PlacedSections placed) {
        return List.of(this);
    }

    @Override
    public Set<String> kernelEntries() {
        return Set.of("ftrace_caller", "ftrace_regs_caller");
    }

    @Override
    public String description() {
        return "call, 5 bytes";
    }

    @Override
    public int bytesInFront() {
        return 0;
    }

    @Override
    public int bytes() {
        return SITE_BYTES;
    }

    @Override
    public State state(long site, byte[] code) {
        if ((code[0] & 0xff) == I386Code.CALL) {
            return State.ON;
        }
        return Arrays.equals(code, I386Code.nop(SITE_BYTES)) ? State.OFF : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        int distance = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
        return site + SITE_BYTES + distance & 0xffff_ffffL;
    }

    @Override
    public boolean reaches(long site, Address entry) {
        return true;
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        System.arraycopy(I386Code.branch(I386Code.CALL, Address.of(site), entry), 0, code, 0, SITE_BYTES);
    }

    @Override
    public void off(long site, byte[] code) {
        System.arraycopy(I386Code.nop(SITE_BYTES), 0, code, 0, SITE_BYTES);
    }

    @Override
    public int unitBytes() {
        return 1;
    }

    @Override
    public int writes() {
        return SITE_BYTES;
    }

    /** The first byte comes last. */
    @Override
    public int write(int nth, State to) {
        return (nth + 1) % SITE_BYTES;
    }
}
