package io.modrt.testkit.x86;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.patch.Patch;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A call of {@code __fentry__} as the first instruction of each function, or the first behind {@code endbr64}; {@code __mcount_loc} lists
 * the calls, not the functions. When a module is loaded, each becomes a nop of 5 bytes.
 */
enum X86Tracing implements SiteKind {
    CALL;

    static final String FENTRY = "__fentry__";
    static final int CALL_BYTES = 5;

    private static final byte CALL_REL32 = (byte) 0xe8;
    private static final byte INT3 = (byte) 0xcc;
    private static final int NOP5_WORD = 0x0044_1f0f; // nopl 0x0(%rax,%rax,1), without its last byte, which is 0

    /** The table and the form of its sites. */
    static final TracingSites SITES = new TracingSites() {
        @Override
        public String tableSection() {
            return "__mcount_loc";
        }

        @Override
        public void writeOff(long site, ModuleImage image) {
            long target = site + CALL_BYTES + image.codeAt(site + 1);
            boolean isCall = image.byteAt(site) == CALL_REL32;
            if (!isCall
                    || image.placed()
                            .anchor(FENTRY)
                            .filter(Address.of(target)::equals)
                            .isEmpty()) {
                throw new FormatException(Refusal.of(Errno.EINVAL, "no call of " + FENTRY));
            }
            image.putCodeAt(site, NOP5_WORD);
            image.putByteAt(site + Integer.BYTES, (byte) 0);
        }

        @Override
        public List<? extends SiteKind> kinds(PlacedSections placed) {
            return List.of(CALL);
        }

        @Override
        public Set<String> kernelEntries() {
            return Set.of("ftrace_caller", "ftrace_regs_caller");
        }
    };

    /** The nop of 5 bytes. A new array. */
    static byte[] nop() {
        byte[] code = new byte[CALL_BYTES];
        Bytes.putInt(code, 0, false, NOP5_WORD);
        return code;
    }

    /** A call or jump of 5 bytes. A new array. */
    static byte[] branch(byte opcode, long distance) {
        byte[] code = new byte[CALL_BYTES];
        code[0] = opcode;
        Bytes.putInt(code, 1, false, (int) distance);
        return code;
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
        return CALL_BYTES;
    }

    @Override
    public State state(long site, byte[] code) {
        if (code[0] == CALL_REL32) {
            return State.ON;
        }
        return Arrays.equals(code, nop()) ? State.OFF : State.FOREIGN;
    }

    @Override
    public long entry(long site, byte[] code) {
        return site + CALL_BYTES + Bytes.getInt(code, 1, false);
    }

    @Override
    public boolean reaches(long site, Address entry) {
        long distance = entry.value() - site - CALL_BYTES;
        return distance == (int) distance;
    }

    @Override
    public void on(long site, byte[] code, long entry) {
        write(branch(CALL_REL32, entry - site - CALL_BYTES), code);
    }

    @Override
    public void off(long site, byte[] code) {
        write(nop(), code);
    }

    private static void write(byte[] instruction, byte[] code) {
        System.arraycopy(instruction, 0, code, 0, CALL_BYTES);
    }

    @Override
    public int unitBytes() {
        return Byte.BYTES;
    }

    @Override
    public int writes() {
        return CALL_BYTES;
    }

    /** The first byte is the last to come. */
    @Override
    public int write(int nth, State to) {
        return (nth + 1) % CALL_BYTES;
    }

    /** As the kernel does: a breakpoint first, so that no processor runs half of an instruction; then the rest; then the first byte. */
    @Override
    public List<Patch> patches(long site, byte[] before, byte[] after, State to) {
        if (Arrays.equals(before, after)) {
            return List.of();
        }
        byte[] breakpoint = {INT3};
        Address start = Address.of(site);
        return List.of(
                new Patch(start, Arrays.copyOf(before, 1), breakpoint),
                new Patch(
                        start.plus(1),
                        Arrays.copyOfRange(before, 1, CALL_BYTES),
                        Arrays.copyOfRange(after, 1, CALL_BYTES)),
                new Patch(start, breakpoint, Arrays.copyOf(after, 1)));
    }
}
