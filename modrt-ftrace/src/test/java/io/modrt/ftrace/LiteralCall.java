package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.spi.SiteKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A site of one instruction with a little-endian literal of 8 bytes in front of it, in units of 4 bytes: off, the literal is 0 and the
 * instruction {@code 01000000}; on, the literal is the target and the instruction {@code 02000000}. The instruction is the last that
 * comes, and the first that goes.
 */
final class LiteralCall implements SiteKind {
    private static final int NOP = 0x0100_0000;
    private static final int CALL = 0x0200_0000;

    @Override
    public String description() {
        return "literal call";
    }

    @Override
    public int bytesInFront() {
        return 8;
    }

    @Override
    public int bytes() {
        return 12;
    }

    @Override
    public State state(long site, byte[] code) {
        int instruction = ByteBuffer.wrap(code).getInt(8);
        if (instruction == CALL) {
            return State.ON;
        }
        return instruction == NOP && entry(site, code) == 0 ? State.OFF : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        return ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    @Override
    public boolean reaches(long site, Address entry) {
        return true;
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        put(code, entry, CALL);
    }

    @Override
    public void off(long site, byte[] code) {
        put(code, 0, NOP);
    }

    private static void put(byte[] code, long literal, int instruction) {
        ByteBuffer.wrap(code)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(literal)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(instruction);
    }

    @Override
    public int writes() {
        return 3;
    }

    @Override
    public int write(int nth, State to) {
        return to == State.ON ? nth : (nth + 2) % 3;
    }
}
