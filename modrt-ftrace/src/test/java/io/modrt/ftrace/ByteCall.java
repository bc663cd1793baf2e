package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.spi.SiteKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A site of 5 bytes at any address, each of them a unit of its own: off, five times {@code 90}; on, {@code e8} and the distance to the
 * target, little endian, from the end of the site. The distance is written in front of the {@code e8} that makes it one.
 */
final class ByteCall implements SiteKind {
    private static final byte NOP = (byte) 0x90;
    private static final byte CALL = (byte) 0xe8;

    @Override
    public String description() {
        return "byte call";
    }

    @Override
    public int bytesInFront() {
        return 0;
    }

    @Override
    public int bytes() {
        return 5;
    }

    @Override
    public State state(long site, byte[] code) {
        if (code[0] == CALL) {
            return State.ON;
        }
        return Arrays.equals(code, new byte[] {NOP, NOP, NOP, NOP, NOP}) ? State.OFF : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        return site + 5 + ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
    }

    @Override
    public boolean reaches(long site, Address entry) {
        long distance = entry.value() - site - 5;
        return distance == (int) distance;
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).put(CALL).putInt((int) (entry - site - 5));
    }

    @Override
    public void off(long site, byte[] code) {
        Arrays.fill(code, NOP);
    }

    @Override
    public int unitBytes() {
        return 1;
    }

    @Override
    public int writes() {
        return 5;
    }

    @Override
    public int write(int nth, State to) {
        return to == State.ON ? (nth + 1) % 5 : nth;
    }
}
