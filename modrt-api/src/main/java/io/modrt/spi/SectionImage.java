package io.modrt.spi;

import io.modrt.elf.Section;
import org.apiguardian.api.API;

/**
 * The bytes of one section while it is relocated or finished, in the module's byte order of data. Offsets outside the section raise
 * {@link io.modrt.error.FormatException}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface SectionImage {

    /** The section as it is laid out. */
    Section section();

    /** The same bytes, as an object that stays this section's when another section is opened. */
    SectionImage kept();

    /** Its address; 0 for a section that is not loaded, which only explanations relocate. */
    long address();

    /** The number of its bytes here; 0 for a section that is neither loaded nor in the file. */
    long sizeBytes();

    /** The byte at {@code sectionOffset}. */
    byte byteAt(long sectionOffset);

    /** Stores a byte. */
    void putByte(long sectionOffset, byte value);

    /** The 32-bit word at {@code sectionOffset}. */
    int word(long sectionOffset);

    /** Stores a 32-bit word. */
    void putWord(long sectionOffset, int word);

    /** The target's {@code long} at {@code sectionOffset}, zero-extended. */
    long pointer(long sectionOffset);

    /** Stores a {@code long} of the target. */
    void putPointer(long sectionOffset, long value);
}
