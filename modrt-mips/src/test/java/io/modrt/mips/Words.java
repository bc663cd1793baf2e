package io.modrt.mips;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.load.PlacedModule;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.SectionImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image of a few words, which remembers the order of what is written. */
final class Words implements ModuleImage {
    private final Map<Long, Integer> words = new LinkedHashMap<>();
    private final Map<Long, Integer> written = new LinkedHashMap<>();
    private final Optional<SectionImage> section;

    private Words(Optional<SectionImage> section) {
        this.section = section;
    }

    /** Words from {@code address} on. */
    static Words at(long address, int... words) {
        return new Words(Optional.empty()).and(address, words);
    }

    /** An image whose only section is this one. */
    static Words with(SectionImage section) {
        return new Words(Optional.of(section));
    }

    Words and(long address, int... more) {
        for (int i = 0; i < more.length; i++) {
            words.put(address + 4L * i, more[i]);
        }
        return this;
    }

    /** The words written, by address, in the order of writing. */
    Map<Long, Integer> written() {
        return written;
    }

    @Override
    public PlacedModule placed() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<SectionImage> section(String name) {
        return section.filter(s -> s.section().name().equals(name));
    }

    @Override
    public List<SectionImage> sections(String name) {
        return section(name).stream().toList();
    }

    @Override
    public boolean holdsWord(long address) {
        return words.containsKey(address);
    }

    @Override
    public int wordAt(long address) {
        Integer word = words.get(address);
        if (word == null) {
            throw new FormatException(Refusal.beyondKernel("no word at 0x" + Long.toHexString(address)));
        }
        return word;
    }

    @Override
    public void putWordAt(long address, int word) {
        wordAt(address);
        words.put(address, word);
        written.put(address, word);
    }
}
