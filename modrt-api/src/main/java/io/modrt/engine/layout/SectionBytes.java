package io.modrt.engine.layout;

import io.modrt.FormatException;
import io.modrt.Refusal;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.spi.SectionImage;

/** A view of one section's bytes within its region's. Writing changes those. */
public final class SectionBytes implements SectionImage {
    private final Section section;
    private final long address;
    private final byte[] bytes;
    private final int start;
    private final int wordBytes;
    private final boolean bigEndian;

    /**
     * The section in {@code bytes}, from {@code start} on.
     *
     * @param wordBytes bytes of the target's {@code long}
     */
    public SectionBytes(Section section, long address, byte[] bytes, int start, int wordBytes, boolean bigEndian) {
        this.section = section;
        this.address = address;
        this.bytes = bytes;
        this.start = start;
        this.wordBytes = wordBytes;
        this.bigEndian = bigEndian;
    }

    @Override
    public Section section() {
        return section;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public int word(long sectionOffset) {
        return Bytes.getInt(bytes, index(sectionOffset, Integer.BYTES), bigEndian);
    }

    @Override
    public long pointer(long sectionOffset) {
        return Pointers.get(bytes, index(sectionOffset, wordBytes), wordBytes, bigEndian);
    }

    @Override
    public void putWord(long sectionOffset, int word) {
        Bytes.putInt(bytes, index(sectionOffset, Integer.BYTES), bigEndian, word);
    }

    @Override
    public void putPointer(long sectionOffset, long value) {
        Pointers.put(bytes, index(sectionOffset, wordBytes), wordBytes, bigEndian, value);
    }

    private int index(long sectionOffset, int sizeBytes) {
        if (sectionOffset < 0 || sectionOffset > section.sizeBytes() - sizeBytes) {
            throw new FormatException(Refusal.beyondKernel(section.where() + ": no " + sizeBytes + " bytes at 0x"
                    + Long.toHexString(sectionOffset) + "; it has 0x" + Long.toHexString(section.sizeBytes())));
        }
        return start + (int) sectionOffset;
    }
}
