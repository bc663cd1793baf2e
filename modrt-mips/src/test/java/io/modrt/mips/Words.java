package io.modrt.mips;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A few words of code, with a record of the writes in their order; there is no data. */
final class Words implements ModuleImage {
    private final Map<Long, Integer> words = new LinkedHashMap<>();
    private final Map<Long, Integer> written = new LinkedHashMap<>();

    private Words() {}

    /** Words from {@code address} on. */
    static Words at(long address, int... words) {
        Words image = new Words();
        for (int i = 0; i < words.length; i++) {
            image.words.put(address + 4L * i, words[i]);
        }
        return image;
    }

    /** The words written, by address, in the order of writing. */
    Map<Long, Integer> written() {
        return written;
    }

    @Override
    public PlacedSections placed() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<SectionImage> section(String name) {
        return Optional.empty();
    }

    @Override
    public List<SectionImage> sections(String name) {
        return List.of();
    }

    @Override
    public boolean holds(long address, int sizeBytes) {
        return sizeBytes == Integer.BYTES && words.containsKey(address);
    }

    @Override
    public int codeAt(long address) {
        Integer word = words.get(address);
        if (word == null) {
            throw new FormatException(Refusal.beyondKernel("no word at 0x" + Long.toHexString(address)));
        }
        return word;
    }

    @Override
    public void putCodeAt(long address, int word) {
        codeAt(address);
        words.put(address, word);
        written.put(address, word);
    }

    @Override
    public byte byteAt(long address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putByteAt(long address, byte value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ByteOrder codeOrder() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putBytesAt(long address, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void move(long from, int sizeBytes, long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int wordAt(long address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putWordAt(long address, int word) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long pointerAt(long address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putPointerAt(long address, long value) {
        throw new UnsupportedOperationException();
    }
}
