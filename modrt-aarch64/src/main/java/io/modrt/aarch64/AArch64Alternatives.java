package io.modrt.aarch64;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.MachineFacts;
import io.modrt.spi.*;

/**
 * Code that is replaced on machines with some capability. An entry of {@code .altinstructions} has five fields: where the code is and where
 * its replacement is, each a s32 counted from the field itself; the capability (u16), whose top bit makes the replacement a function of the
 * kernel; the length of the code and that of the replacement in bytes (u8 each). Source: Linux 6.1 {@code arch/arm64/kernel/alternative.c}.
 *
 * @param patchNops the address of {@code alt_cb_patch_nops}, the one function that modules name; 0 for a module that does not
 */
record AArch64Alternatives(MachineFacts machine, boolean isBigEndian, long patchNops) {
    static final String PATCH_NOPS = "alt_cb_patch_nops";

    private static final int ENTRY_BYTES = 12;
    /** Capabilities below this one, ALWAYS_BOOT and ALWAYS_SYSTEM, are every machine's. */
    private static final int FIRST_REAL = 2;

    private static final int CALLBACK = 0x8000;

    /** Replaces what the machine's capabilities ask for, in the order of the table. */
    void apply(ModuleImage image) {
        image.section(".altinstructions").ifPresent(table -> {
            for (long at = 0; at <= table.section().sizeBytes() - ENTRY_BYTES; at += ENTRY_BYTES) {
                apply(image, table, at);
            }
        });
    }

    private void apply(ModuleImage image, SectionImage table, long at) {
        int fields = table.word(at + 8);
        int capability = isBigEndian ? fields >>> 16 : fields & 0xffff;
        int number = capability & ~CALLBACK;
        long code = table.address() + at + table.word(at);
        image.byteAt(
                code); // why: code outside the module is refused whatever the machine, since another would write there
        if (number >= FIRST_REAL && !machine.hasCapability(number)) {
            return;
        }
        int bytes = table.byteAt(at + 10) & 0xff;
        long replacement = table.address() + at + 4 + table.word(at + 4);
        boolean isCallback = capability != number;
        if (isCallback && replacement != patchNops) {
            throw refused(code, "is for a function of the kernel other than " + PATCH_NOPS);
        }
        if (!isCallback && bytes != (table.byteAt(at + 11) & 0xff)) {
            throw refused(code, "has a replacement of another length, where the kernel stops");
        }
        for (int i = 0; i < bytes; i += Integer.BYTES) {
            image.putCodeAt(
                    code + i,
                    isCallback ? AArch64Code.NOP : moved(image, replacement, bytes, replacement + i, code + i));
        }
    }

    /** The word at {@code from} as it must be at {@code to} to do the same; branches within the replacement keep their distance. */
    private static int moved(ModuleImage image, long replacement, int bytes, long from, long to) {
        int word = image.codeAt(from);
        Field field = AArch64Code.distance(word);
        if (field != null) {
            long target = from + field.extract(word);
            // why: the kernel counts a branch to the end of the replacement as one within it
            boolean isWithin = target >= replacement && target <= replacement + bytes;
            return isWithin ? word : field.insert(word, target - to);
        }
        if ((word & AArch64Code.ADR_OPCODE) == AArch64Code.ADRP) {
            long page = AArch64Code.page(from) + AArch64Reloc.PAGES.extract(word);
            return AArch64Reloc.PAGES.insert(word, page - AArch64Code.page(to));
        }
        boolean isAdr = (word & AArch64Code.ADR_OPCODE) == (AArch64Code.ADRP & ~AArch64Code.COUNTS_PAGES);
        if (isAdr || (word & 0x3b00_0000) == 0x1800_0000) { // or a literal load
            throw refused(
                    to, "has 0x" + Integer.toHexString(word) + ", which counts from its place, where the kernel stops");
        }
        return word;
    }

    private static FormatException refused(long code, String why) {
        return new FormatException(Refusal.beyondKernel("alternative of 0x" + Long.toHexString(code) + " " + why));
    }
}
