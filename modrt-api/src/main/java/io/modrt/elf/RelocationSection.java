package io.modrt.elf;

import io.modrt.bytes.Bytes;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A section of relocations, decoded in place, without an object for each. Symbol numbers and places are not checked to be in range: the
 * code that applies a relocation does that.
 *
 * <p>64-bit MIPS packs {@code r_sym} (32 bits), {@code r_ssym}, {@code r_type3}, {@code r_type2} and {@code r_type} (8 bits each) into
 * {@code r_info}, in this order in both byte orders. Other 64-bit files have the symbol in the upper half and the type in the lower.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RelocationSection {
    private static final int INFO_32 = 4;
    private static final int INFO_64 = 8;
    private static final int REST_64 = 12;
    private static final int RELA_32 = 12;
    private static final int RELA_64 = 24;

    private final Section section;
    private final boolean big;
    private final boolean wide;
    private final boolean packed;
    private final byte entryBytes;
    private final int start;
    private final int count;
    /** Gives for each relocation where it is in the section; null if in the order of the file. */
    private final @Nullable IntUnaryOperator order;

    private RelocationSection(Section section, int entryBytes, @Nullable IntUnaryOperator order) {
        ElfFile file = section.file();
        this.section = section;
        this.big = file.isBigEndian();
        this.wide = file.isWide();
        this.packed = wide && file.header().machine() == ElfHeader.EM_MIPS;
        this.start = (int) section.fileOffset();
        this.entryBytes = (byte) entryBytes;
        this.count = (int) (section.sizeBytes() / entryBytes);
        this.order = order;
    }

    /** Checks and views the relocations in {@code section}, whose {@code sh_info} is the number of a section. */
    static RelocationSection of(Section section) {
        int words = section.type() == Section.SHT_RELA ? 3 : 2;
        int entryBytes = words * section.file().elfClass().wordBytes();
        SymbolTable.checkEntries(section, entryBytes);
        return new RelocationSection(section, entryBytes, null);
    }

    /**
     * The same relocations in another order: the i-th is the one that is number {@code numbers[i]} here.
     *
     * @param numbers a permutation of the numbers from 0 to {@link #count()} - 1; not copied
     * @throws IllegalArgumentException if it has another length or other numbers
     */
    public RelocationSection inOrder(int[] numbers) {
        if (numbers.length != count) {
            throw new IllegalArgumentException("an order of " + numbers.length + " for " + count + " relocations");
        }
        for (int number : numbers) {
            if (number < 0 || number >= count) {
                throw new IllegalArgumentException("relocation " + number + " of " + count);
            }
        }
        return inOrder(i -> numbers[i]);
    }

    /** As {@link #inOrder(int[])}, of a permutation that is kept as it is: a section may have tens of thousands of relocations. */
    public RelocationSection inOrder(IntUnaryOperator numbers) {
        Objects.requireNonNull(numbers, "numbers");
        IntUnaryOperator before = order;
        return new RelocationSection(section, entryBytes, before == null ? numbers : before.compose(numbers));
    }

    /** The same relocations in the order of the file. */
    public RelocationSection inFileOrder() {
        return order == null ? this : new RelocationSection(section, entryBytes, null);
    }

    /** The number of relocation {@code i} in the order of the file. */
    public int numberInFile(int i) {
        IntUnaryOperator moved = order;
        return moved == null ? i : check(moved.applyAsInt(i));
    }

    private byte[] bytes() {
        return section.file().array();
    }

    private boolean isExplicit() {
        return entryBytes == (wide ? RELA_64 : RELA_32);
    }

    /** The section that holds the relocations. */
    public Section section() {
        return section;
    }

    /** The section that they relocate. */
    public Section target() {
        return section.file().section(section.info());
    }

    /** Where the addends are. */
    public AddendKind addends() {
        return isExplicit() ? AddendKind.EXPLICIT : AddendKind.IN_PLACE;
    }

    /** Whether {@code r_info} is packed as on 64-bit MIPS. */
    public boolean isPacked() {
        return packed;
    }

    /** The number of relocations. */
    public int count() {
        return count;
    }

    private int at(int i) {
        check(i);
        IntUnaryOperator moved = order;
        return moved == null ? start + i * entryBytes : start + check(moved.applyAsInt(i)) * entryBytes;
    }

    private int check(int i) {
        if (i < 0 || i >= count) {
            throw new IndexOutOfBoundsException("relocation " + i + " of " + count);
        }
        return i;
    }

    /** {@code r_offset}: the place, in bytes from the start of the relocated section; unsigned, not checked. */
    public long offset(int i) {
        return wide ? Bytes.getLong(bytes(), at(i), big) : Bytes.getInt(bytes(), at(i), big) & 0xffff_ffffL;
    }

    /** The symbol's number, as unsigned 32 bits in an int, not checked. */
    public int symbol(int i) {
        if (!wide) {
            return Bytes.getInt(bytes(), at(i) + INFO_32, big) >>> 8;
        }
        return Bytes.getInt(bytes(), at(i) + (packed || big ? INFO_64 : REST_64), big);
    }

    /** The type; the first of three if {@code r_info} is packed. */
    public int type(int i) {
        if (!wide) {
            return bytes()[at(i) + (big ? INFO_32 + 3 : INFO_32)] & 0xff;
        }
        if (packed) {
            return bytes()[at(i) + REST_64 + 3] & 0xff;
        }
        return Bytes.getInt(bytes(), at(i) + (big ? REST_64 : INFO_64), big);
    }

    /** The addend in the relocation, in bytes; 0 if addends are in place. */
    public long addend(int i) {
        if (!isExplicit()) {
            return 0;
        }
        return wide ? Bytes.getLong(bytes(), at(i) + 16, big) : Bytes.getInt(bytes(), at(i) + 8, big);
    }

    /** What a packed {@code r_info} holds besides symbol and type: {@code r_ssym << 16 | r_type3 << 8 | r_type2}; else 0. */
    public int packedRest(int i) {
        return packed ? Bytes.getInt(bytes(), at(i) + REST_64, true) >>> 8 : 0;
    }

    /** The relocation as an object. */
    public RelocationEntry entry(int i) {
        return new RelocationEntry(i, offset(i), symbol(i), type(i), addend(i), packedRest(i));
    }
}
