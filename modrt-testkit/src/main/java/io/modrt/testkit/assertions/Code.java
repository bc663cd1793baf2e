package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.error.MemoryException;
import io.modrt.error.ModrtException;
import io.modrt.spi.CodeReader;
import io.modrt.testkit.ElfEncoding;

/** A module's code as it is in memory. */
final class Code implements CodeReader {
    private final ModuleView view;
    private final ElfEncoding encoding;

    Code(ModuleView view) {
        this.view = view;
        this.encoding = new ElfEncoding(
                view.placed().file().elf().elfClass(), view.kernel().codeOrder());
    }

    @Override
    public boolean holds(long address, int sizeBytes) {
        try {
            view.bytes(Address.of(address), sizeBytes);
            return true;
        } catch (ModrtException unreadable) {
            return false;
        }
    }

    /**
     * The word.
     *
     * @throws MemoryException if it cannot be read
     */
    @Override
    public int codeAt(long address) {
        return encoding.word(view.bytes(Address.of(address), Integer.BYTES), 0);
    }

    @Override
    public byte byteAt(long address) {
        return view.bytes(Address.of(address), 1)[0];
    }
}
