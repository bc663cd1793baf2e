package io.modrt.engine.layout;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.SectionImage;
import java.util.Arrays;

/** A view of one section's bytes in an array, usually its region's. Writing changes the array. Not safe for use by many threads. */
public final class SectionBytes implements SectionImage {
    private Section section;
    private long address;
    private byte[] bytes;
    private int start;
    private int sizeBytes;
    private final boolean bigEndian;

    /** The section in {@code bytes}, from {@code start} on. */
    public SectionBytes(Section section, long address, byte[] bytes, int start, boolean bigEndian) {
        this.bigEndian = bigEndian;
        moveTo(section, address, bytes, start);
    }

    /** Becomes a view of another section of the same module, so that a load of thousands makes no view for each. */
    final void moveTo(Section other, long itsAddress, byte[] array, int itsStart) {
        section = other;
        address = itsAddress;
        bytes = array;
        start = itsStart;
        sizeBytes = (int) Math.min(other.sizeBytes(), array.length - itsStart);
    }

    /** The bytes of a section that is not loaded: a copy of the file's, with 0 as their address. */
    public static SectionBytes unloaded(Section section) {
        int start = (int) section.fileOffset();
        byte[] copy = section.hasContents()
                ? Arrays.copyOfRange(section.file().array(), start, start + (int) section.sizeBytes())
                : new byte[0];
        return new SectionBytes(section, 0, copy, 0, section.file().isBigEndian());
    }

    /** The array that holds the section, from {@link #arrayOffset} on, not a copy. */
    public byte[] array() {
        return bytes;
    }

    /** Where the section starts in {@link #array}. */
    public int arrayOffset() {
        return start;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Section section() {
        return section;
    }

    @Override
    public SectionBytes kept() {
        return new SectionBytes(section, address, bytes, start, bigEndian);
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public byte byteAt(long sectionOffset) {
        return bytes[index(sectionOffset, Byte.BYTES)];
    }

    @Override
    public void putByte(long sectionOffset, byte value) {
        bytes[index(sectionOffset, Byte.BYTES)] = value;
    }

    @Override
    public int word(long sectionOffset) {
        return Bytes.getInt(bytes, index(sectionOffset, Integer.BYTES), bigEndian);
    }

    @Override
    public long pointer(long sectionOffset) {
        int wordBytes = wordBytes();
        return Pointers.get(bytes, index(sectionOffset, wordBytes), wordBytes, bigEndian);
    }

    @Override
    public void putWord(long sectionOffset, int word) {
        Bytes.putInt(bytes, index(sectionOffset, Integer.BYTES), bigEndian, word);
    }

    @Override
    public void putPointer(long sectionOffset, long value) {
        int wordBytes = wordBytes();
        Pointers.put(bytes, index(sectionOffset, wordBytes), wordBytes, bigEndian, value);
    }

    private int wordBytes() {
        return section.file().elfClass().wordBytes();
    }

    private int index(long sectionOffset, int wanted) {
        if (sectionOffset < 0 || sectionOffset > sizeBytes - wanted) {
            throw new FormatException(Refusal.beyondKernel(section.where() + ": no " + wanted + " bytes at 0x"
                    + Long.toHexString(sectionOffset) + "; it has 0x" + Integer.toHexString(sizeBytes)));
        }
        return start + (int) sectionOffset;
    }
}
