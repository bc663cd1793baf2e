package io.modrt.testkit;

import io.modrt.elf.AddendKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/** A section of a file that is being built. What is appended goes behind what is there. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SectionBuilder {

    /** One relocation; {@code type2}, {@code type3} and {@code specialSymbol} are n64's. */
    record Entry(long offset, SymbolBuilder symbol, int type, long addend, int type2, int type3, int specialSymbol) {}

    private final ElfTarget target;
    private final int index;
    private final String name;
    private final int type;
    private final long flags;
    private final ByteArrayOutputStream contents = new ByteArrayOutputStream();
    private final List<Entry> relocations = new ArrayList<>();
    private long alignment = 1;
    private long entryBytes;
    private int link;
    private int info;
    private long address;
    private long noBits;

    SectionBuilder(ElfTarget target, int index, String name, int type, long flags) {
        this.target = target;
        this.index = index;
        this.name = name;
        this.type = type;
        this.flags = flags;
    }

    /** Sets {@code sh_addralign}; 1 unless set. */
    public SectionBuilder alignment(long bytes) {
        alignment = bytes;
        return this;
    }

    /** Sets {@code sh_entsize}. */
    public SectionBuilder entryBytes(long bytes) {
        entryBytes = bytes;
        return this;
    }

    /** Sets {@code sh_link}. */
    public SectionBuilder link(int section) {
        link = section;
        return this;
    }

    /** Sets {@code sh_info}. */
    public SectionBuilder info(int number) {
        info = number;
        return this;
    }

    /** Sets {@code sh_addr}. */
    public SectionBuilder address(long linkAddress) {
        address = linkAddress;
        return this;
    }

    /** Appends bytes. */
    public SectionBuilder bytes(byte... bytes) {
        contents.writeBytes(bytes);
        return this;
    }

    /** Appends 32-bit words. */
    public SectionBuilder words(int... words) {
        return bytes(target.encoding().words(words));
    }

    /** Appends instructions of 32 bits, in the byte order of code. */
    public SectionBuilder instructions(int... words) {
        return bytes(new ElfEncoding(target.encoding().elfClass(), target.codeOrder()).words(words));
    }

    /** Appends {@code count} zero bytes. */
    public SectionBuilder zeros(int count) {
        return bytes(new byte[count]);
    }

    /** Appends {@code text} and a NUL. */
    public SectionBuilder string(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8)).zeros(1);
    }

    /** Appends zeros up to a multiple of {@code bytes}. */
    public SectionBuilder padding(int bytes) {
        return zeros(Math.floorMod(-contents.size(), bytes));
    }

    /** Appends a {@code long} of the target. */
    public SectionBuilder pointer(long value) {
        byte[] bytes = new byte[target.encoding().wordBytes()];
        target.encoding().putPointer(bytes, 0, value);
        return bytes(bytes);
    }

    /** Appends the address of {@code symbol}, by a relocation of the target's pointer type. */
    public SectionBuilder pointer(SymbolBuilder symbol) {
        relocation(contents.size(), target.pointerType(), symbol);
        return pointer(0);
    }

    /** Appends the address {@code addend} bytes behind {@code symbol}. */
    public SectionBuilder pointer(SymbolBuilder symbol, long addend) {
        boolean inPlace = target.addends() == AddendKind.IN_PLACE;
        relocation(contents.size(), target.pointerType(), symbol, inPlace ? 0 : addend);
        return pointer(inPlace ? addend : 0);
    }

    /** Makes the section {@code bytes} long, with nothing in the file. For SHT_NOBITS. */
    public SectionBuilder noBits(long bytes) {
        noBits = bytes;
        return this;
    }

    /** Adds a relocation without an addend of its own. */
    public SectionBuilder relocation(long offset, int relocationType, SymbolBuilder symbol) {
        return relocation(offset, relocationType, symbol, 0);
    }

    /** Adds a relocation of the type that the psABI calls {@code relocationType}, without an addend of its own. */
    public SectionBuilder relocation(long offset, String relocationType, SymbolBuilder symbol) {
        return relocation(offset, target.relocationType(relocationType), symbol);
    }

    /** Adds a relocation of the type that the psABI calls {@code relocationType}, as {@link #relocation(long, int, SymbolBuilder, long)}. */
    public SectionBuilder relocation(long offset, String relocationType, SymbolBuilder symbol, long addend) {
        return relocation(offset, target.relocationType(relocationType), symbol, addend);
    }

    /**
     * Adds a relocation.
     *
     * @throws IllegalArgumentException for an addend where the target keeps addends in place: write it there
     */
    public SectionBuilder relocation(long offset, int relocationType, SymbolBuilder symbol, long addend) {
        if (addend != 0 && target.addends() == AddendKind.IN_PLACE) {
            throw new IllegalArgumentException(name + "+0x" + Long.toHexString(offset)
                    + ": this target's relocations have no addend: the place holds it");
        }
        relocations.add(new Entry(offset, symbol, relocationType, addend, 0, 0, 0));
        return this;
    }

    /**
     * Adds a relocation of n64 that is made of up to three.
     *
     * @param types the types, in the order in which they are computed
     * @param specialSymbol {@code r_ssym}
     */
    public SectionBuilder composedRelocation(
            long offset, List<Integer> types, SymbolBuilder symbol, long addend, int specialSymbol) {
        if (!target.packsRelocations() || types.size() != 3) {
            throw new IllegalArgumentException(name + ": only n64 composes relocations, of three types");
        }
        relocations.add(new Entry(offset, symbol, types.get(0), addend, types.get(1), types.get(2), specialSymbol));
        return this;
    }

    /** The section's index in the file. */
    public int index() {
        return index;
    }

    /** The section's name. */
    public String name() {
        return name;
    }

    /** How long the section is so far: the offset of what is appended next. */
    public long sizeBytes() {
        return noBits > 0 ? noBits : contents.size();
    }

    List<Entry> relocations() {
        return relocations;
    }

    byte[] contents() {
        return contents.toByteArray();
    }

    long alignment() {
        return alignment;
    }

    void writeHeader(byte[] bytes, int at, int nameOffset, long fileOffset) {
        ElfEncoding to = target.encoding();
        to.put(bytes, at, ElfField.SH_NAME, nameOffset);
        to.put(bytes, at, ElfField.SH_TYPE, type);
        to.put(bytes, at, ElfField.SH_FLAGS, flags);
        to.put(bytes, at, ElfField.SH_ADDR, address);
        to.put(bytes, at, ElfField.SH_OFFSET, fileOffset);
        to.put(bytes, at, ElfField.SH_SIZE, sizeBytes());
        to.put(bytes, at, ElfField.SH_LINK, link);
        to.put(bytes, at, ElfField.SH_INFO, info);
        to.put(bytes, at, ElfField.SH_ADDRALIGN, alignment);
        to.put(bytes, at, ElfField.SH_ENTSIZE, entryBytes);
    }
}
