package io.modrt.testkit.sample;

import io.modrt.address.Address;
import io.modrt.spi.CodeReader;
import io.modrt.spi.CodeWords;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import java.nio.ByteOrder;
import java.util.List;

/** Two nops at the start of a function, of which the second becomes a {@code bl} of the tracer. */
final class SampleTracing implements TracingSites, SiteKind {
    private static final int NOP = 0xd503_201f;
    private static final int BL = 0x9400_0000;
    private static final int BL_BITS = 0xfc00_0000;

    @Override
    public String tableSection() {
        return "__patchable_function_entries";
    }

    @Override
    public long site(long entry, CodeReader code) {
        return entry + Integer.BYTES;
    }

    @Override
    public List<SampleTracing> kinds(PlacedSections placed) {
        return List.of(this);
    }

    @Override
    public String description() {
        return "second nop";
    }

    @Override
    public int bytesInFront() {
        return 0;
    }

    @Override
    public int bytes() {
        return Integer.BYTES;
    }

    private static int word(byte[] code) {
        return CodeWords.get(code, 0, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public State state(long site, byte[] code) {
        if (word(code) == NOP) {
            return State.OFF;
        }
        return (word(code) & BL_BITS) == BL ? State.ON : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        return site + SampleField.IMM26.from(2).extract(word(code));
    }

    @Override
    public boolean reaches(long site, Address entry) {
        long distance = entry.value() - site;
        return distance >= SampleField.IMM26.from(2).leastSigned()
                && distance <= SampleField.IMM26.from(2).greatestSigned();
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        int bl = SampleField.IMM26.from(2).insert(BL, entry - site);
        CodeWords.put(code, 0, ByteOrder.LITTLE_ENDIAN, bl);
    }

    @Override
    public void off(long site, byte[] code) {
        CodeWords.put(code, 0, ByteOrder.LITTLE_ENDIAN, NOP);
    }

    @Override
    public int writes() {
        return 1;
    }

    @Override
    public int write(int nth, State to) {
        return 0;
    }
}
