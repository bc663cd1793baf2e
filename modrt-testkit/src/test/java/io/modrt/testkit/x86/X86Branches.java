package io.modrt.testkit.x86;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.CodeReader;
import io.modrt.spi.StaticBranches;
import java.util.HexFormat;

/** Static branches of 2 or of 5 bytes, whichever the compiler or objtool left in the module. */
enum X86Branches implements StaticBranches {
    INSTANCE;

    private static final int SHORT_BYTES = 2;
    private static final byte NOP2 = 0x66;
    private static final byte NOP5 = 0x0f;
    private static final byte JMP8 = (byte) 0xeb;
    private static final byte JMP32 = (byte) 0xe9;

    @Override
    public int sizeBytes(long site, CodeReader code) {
        byte first = code.byteAt(site);
        return switch (first) {
            case NOP2, JMP8 -> SHORT_BYTES;
            case NOP5, JMP32 -> X86Tracing.CALL_BYTES;
            default ->
                throw new FormatException(Refusal.beyondKernel("static branch at 0x" + Long.toHexString(site)
                        + ": instruction 0x" + HexFormat.of().toHexDigits(first) + " is neither nop nor jmp"));
        };
    }

    @Override
    public byte[] notTaken(int sizeBytes) {
        return sizeBytes == SHORT_BYTES ? new byte[] {NOP2, (byte) 0x90} : X86Tracing.nop();
    }

    @Override
    public byte[] taken(BranchSite site, long target) {
        long distance = target - site.address() - site.sizeBytes();
        return site.sizeBytes() == SHORT_BYTES
                ? new byte[] {JMP8, (byte) distance}
                : X86Tracing.branch(JMP32, distance);
    }
}
