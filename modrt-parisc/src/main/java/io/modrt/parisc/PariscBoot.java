package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.BootImage;
import io.modrt.spi.KernelBoot;
import io.modrt.spi.Width;
import java.util.List;
import java.util.Optional;

/**
 * What the boot writes into the kernel's own code and constants: alternatives, the words by which firmware finds and checks the handlers of
 * machine checks and of transfers of control, and the base that it adds to the kernel's unwind table. Source: kernels 5.10 and 6.1 in memory,
 * of 32 and 64 bit, beside their {@code vmlinux}; the vector's words are those of the PA-RISC 1.1 firmware architecture.
 */
record PariscBoot(Width width, KernelProfile profile) implements KernelBoot {
    /** The vectors of processors of version 2.0 and 1.1; a kernel has one or both. */
    private static final List<String> VECTORS = List.of("fault_vector_20", "fault_vector_11");

    /** The first entry of a vector, which no interruption uses, has a text that the boot clears. */
    private static final int TEXT_WORDS = 3;

    private static final int HPMC_ENTRY = 0x20;
    private static final int ENTRY_BYTES = 0x20;
    private static final int CHECKSUM = HPMC_ENTRY + 5 * Integer.BYTES;
    private static final int HANDLER = HPMC_ENTRY + 6 * Integer.BYTES;
    private static final int LENGTH = HPMC_ENTRY + 7 * Integer.BYTES;

    private static final String UNWIND = ".PARISC.unwind";
    private static final int UNWIND_BYTES = 16;

    /** The kernel's virtual address of physical address 0. */
    private static final long NARROW_BASE = 0x1000_0000L;

    private static final long WIDE_BASE = 0x4000_0000L;
    /** The kernel's image begins so many bytes behind it. */
    private static final long IMAGE_OFFSET = 0x10_0000L;

    /** From the symbol {@code ftrace_stub}, the data pointer in the descriptor of {@code _mcount}, which the linker leaves empty. */
    private static final int MCOUNT_POINTER = 0xc;

    @Override
    public void rewrite(BootImage image) {
        if (profile.has(PariscChange.ALTERNATIVES)) {
            PariscAlternatives alternatives =
                    new PariscAlternatives(profile.machine(), width, profile.has(PariscChange.SHORT_ALTERNATIVES));
            image.section(PariscAlternatives.TABLE).ifPresent(table -> alternatives.apply(image, table));
        }
        image.section(UNWIND).ifPresent(table -> moveUnwindTable(image, table));
        writeDataPointer(image);
        // why: the checksums count the code as it is now
        VECTORS.forEach(name -> image.symbol(name).ifPresent(vector -> writeVector(image, vector.value())));
        writeTransferChecksum(image);
    }

    private long base() {
        return width == Width.BITS_32 ? NARROW_BASE : WIDE_BASE;
    }

    /** Entries have distances from the start of the kernel's image, which the boot makes addresses. */
    private void moveUnwindTable(BootImage image, AddressRange table) {
        int start = (int) (base() + IMAGE_OFFSET);
        for (long at = 0; at <= table.sizeBytes() - UNWIND_BYTES; at += UNWIND_BYTES) {
            long entry = table.start().value() + at;
            image.putWordAt(entry, image.wordAt(entry) + start);
            image.putWordAt(entry + Integer.BYTES, image.wordAt(entry + Integer.BYTES) + start);
        }
    }

    /** On 64 bit, the boot stores the kernel's data pointer; it is stored as if the descriptor were aligned, which it is not. */
    private void writeDataPointer(BootImage image) {
        Optional<Address> stub = image.symbol("ftrace_stub");
        Optional<Address> data = image.symbol("__gp");
        if (width == Width.BITS_64 && stub.isPresent() && data.isPresent()) {
            long place = stub.get().value() + MCOUNT_POINTER;
            image.putCodeAt(place, (int) (data.get().value() >>> Integer.SIZE));
            image.putCodeAt(place + Integer.BYTES, (int) data.get().value());
        }
    }

    /** The handler of high-priority machine checks: its physical address, its length if firmware is to check it, and the checksum. */
    private void writeVector(BootImage image, long vector) {
        Optional<Address> handler = image.symbol("os_hpmc");
        if (handler.isEmpty()) {
            return;
        }
        for (int i = 0; i < TEXT_WORDS; i++) {
            image.putCodeAt(vector + (long) i * Integer.BYTES, 0);
        }
        int lengthBytes = image.symbol("os_hpmc_size")
                .map(size -> image.wordAt(size.value()))
                .orElse(0);
        image.putCodeAt(vector + HANDLER, (int) (handler.get().value() - base()));
        image.putCodeAt(vector + LENGTH, lengthBytes);
        image.putCodeAt(vector + CHECKSUM, 0);
        int sum = sum(image, vector + HPMC_ENTRY, ENTRY_BYTES)
                + sum(image, handler.get().value(), lengthBytes);
        image.putCodeAt(vector + CHECKSUM, -sum);
    }

    /** The handler of transfers of control ends with the word that makes the sum of all its words 0. */
    private static void writeTransferChecksum(BootImage image) {
        Optional<Address> handler = image.symbol("toc_handler");
        Optional<Address> checksum = image.symbol("toc_handler_csum");
        if (handler.isPresent() && checksum.isPresent()) {
            long sizeBytes = checksum.get().minus(handler.get());
            image.putCodeAt(checksum.get().value(), -sum(image, handler.get().value(), sizeBytes));
        }
    }

    private static int sum(BootImage image, long start, long sizeBytes) {
        int sum = 0;
        for (long at = 0; at < sizeBytes; at += Integer.BYTES) {
            sum += image.codeAt(start + at);
        }
        return sum;
    }
}
