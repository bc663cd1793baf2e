package io.modrt.elf;

import io.modrt.bytes.Printable;
import org.apiguardian.api.API;

/**
 * One symbol, decoded. {@link SymbolTable} gives the same facts without an object for each.
 *
 * @param index its number in the table, from 0
 * @param name its name; empty for section symbols
 * @param value {@code st_value}; for a symbol of a section, its offset in bytes
 * @param sizeBytes {@code st_size}
 * @param binding STB_*
 * @param type STT_*
 * @param sectionIndex the number of its section, for SHN_XINDEX from the SHT_SYMTAB_SHNDX section; or SHN_UNDEF, SHN_ABS, SHN_COMMON
 * @param rawSectionIndex {@code st_shndx} as it is in the file
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Symbol(
        int index,
        String name,
        long value,
        long sizeBytes,
        int binding,
        int type,
        int sectionIndex,
        int rawSectionIndex) {

    /** {@code st_shndx}: defined elsewhere. */
    public static final int SHN_UNDEF = 0;
    /** {@code st_shndx}: the first of the reserved values, which are not section numbers. */
    public static final int SHN_LORESERVE = 0xff00;
    /** {@code st_shndx}, Linux: livepatch resolves it. */
    public static final int SHN_LIVEPATCH = 0xff20;
    /** {@code st_shndx}: not relative to a section. */
    public static final int SHN_ABS = 0xfff1;
    /** {@code st_shndx}: a common symbol, which gets memory from the linker. */
    public static final int SHN_COMMON = 0xfff2;
    /** {@code st_shndx}: the section number is in the SHT_SYMTAB_SHNDX section. */
    public static final int SHN_XINDEX = 0xffff;

    /** Binding: visible in its own file only. */
    public static final int STB_LOCAL = 0;
    /** Binding: visible to all files. */
    public static final int STB_GLOBAL = 1;
    /** Binding: may stay undefined. */
    public static final int STB_WEAK = 2;

    /** Type: not specified. */
    public static final int STT_NOTYPE = 0;
    /** Type: data. */
    public static final int STT_OBJECT = 1;
    /** Type: code. */
    public static final int STT_FUNC = 2;
    /** Type: stands for a section. */
    public static final int STT_SECTION = 3;
    /** Type: the name of a source file. */
    public static final int STT_FILE = 4;

    /** Whether it is defined elsewhere. */
    public boolean isUndefined() {
        return rawSectionIndex == SHN_UNDEF;
    }

    /** Whether its value is not relative to a section. */
    public boolean isAbsolute() {
        return rawSectionIndex == SHN_ABS;
    }

    /** Whether it is a common symbol, to which no linker has given memory. */
    public boolean isCommon() {
        return rawSectionIndex == SHN_COMMON;
    }

    /** Whether it may stay undefined. */
    public boolean isWeak() {
        return binding == STB_WEAK;
    }

    /** Its binding as readelf writes it: {@code LOCAL}, {@code GLOBAL} or {@code WEAK}; of others the number. */
    public String bindingName() {
        return switch (binding) {
            case STB_LOCAL -> "LOCAL";
            case STB_GLOBAL -> "GLOBAL";
            case STB_WEAK -> "WEAK";
            default -> Integer.toString(binding);
        };
    }

    /** Its type as readelf writes it: {@code NOTYPE}, {@code OBJECT}, {@code FUNC}, {@code SECTION} or {@code FILE}; of others the number. */
    public String typeName() {
        return switch (type) {
            case STT_NOTYPE -> "NOTYPE";
            case STT_OBJECT -> "OBJECT";
            case STT_FUNC -> "FUNC";
            case STT_SECTION -> "SECTION";
            case STT_FILE -> "FILE";
            default -> Integer.toString(type);
        };
    }

    /** Whether it stands for a section. */
    public boolean isSection() {
        return type == STT_SECTION;
    }

    /** All components by name; the symbol's name is escaped. */
    @Override
    public String toString() {
        return "Symbol[index=" + index + ", name=" + Printable.name(name) + ", value=0x" + Long.toHexString(value)
                + ", sizeBytes="
                + sizeBytes + ", binding=" + binding + ", type=" + type + ", sectionIndex=" + sectionIndex
                + ", rawSectionIndex=" + rawSectionIndex + "]";
    }
}
