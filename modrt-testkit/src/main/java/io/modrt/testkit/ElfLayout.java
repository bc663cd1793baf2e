package io.modrt.testkit;

import java.util.List;

/** Puts the sections of a file one behind the other, the headers last. */
final class ElfLayout {
    private static final long GREATEST_FILE_ALIGNMENT = 4096;
    private static final int VERSION = 1;

    private ElfLayout() {}

    /** The file; {@code sections} are those from index 1 on, without the table of their names. */
    static byte[] write(ElfTarget target, int type, List<SectionBuilder> sections) {
        ElfEncoding to = target.encoding();
        int nameTable = sections.size() + 1;
        SectionBuilder names = new SectionBuilder(target, nameTable, ".shstrtab", ElfBuilder.SHT_STRTAB, 0).zeros(1);
        int count = nameTable + 1;
        long[] offsets = new long[count];
        int[] nameOffsets = new int[count];
        long end = ElfRecord.HEADER.bytes(to);
        for (SectionBuilder section : sections) {
            nameOffsets[section.index()] = (int) names.sizeBytes();
            names.string(section.name());
            end = aligned(end, section.alignment());
            offsets[section.index()] = end;
            end += section.contents().length;
        }
        nameOffsets[nameTable] = (int) names.sizeBytes();
        names.string(names.name());
        offsets[nameTable] = end;
        long headers = aligned(end + names.sizeBytes(), to.wordBytes());

        int headerBytes = ElfRecord.SECTION.bytes(to);
        byte[] file = new byte[Math.toIntExact(headers + (long) count * headerBytes)];
        for (SectionBuilder section : sections) {
            put(file, section, offsets[section.index()]);
            int at = (int) headers + section.index() * headerBytes;
            section.writeHeader(file, at, nameOffsets[section.index()], offsets[section.index()]);
        }
        put(file, names, offsets[nameTable]);
        names.writeHeader(file, (int) headers + nameTable * headerBytes, nameOffsets[nameTable], offsets[nameTable]);
        writeHeader(file, target, type);
        writeCounts(file, to, headers, count);
        return file;
    }

    /** The identification, type, machine and flags. */
    static void writeHeader(byte[] file, ElfTarget target, int type) {
        ElfEncoding to = target.encoding();
        byte[] ident = {0x7f, 'E', 'L', 'F', (byte) to.elfClass().ident(), (byte) (to.isBigEndian() ? 2 : 1), VERSION};
        System.arraycopy(ident, 0, file, 0, ident.length);
        to.put(file, 0, ElfField.E_TYPE, type);
        to.put(file, 0, ElfField.E_MACHINE, target.machine());
        to.put(file, 0, ElfField.E_VERSION, VERSION);
        to.put(file, 0, ElfField.E_FLAGS, target.flags());
        to.put(file, 0, ElfField.E_EHSIZE, ElfRecord.HEADER.bytes(to));
    }

    private static void writeCounts(byte[] file, ElfEncoding to, long headers, int count) {
        int nameTable = count - 1;
        to.put(file, 0, ElfField.E_SHOFF, headers);
        to.put(file, 0, ElfField.E_SHENTSIZE, ElfRecord.SECTION.bytes(to));
        to.put(file, 0, ElfField.E_SHNUM, count < ElfBuilder.SHN_LORESERVE ? count : 0);
        to.put(file, 0, ElfField.E_SHSTRNDX, nameTable < ElfBuilder.SHN_LORESERVE ? nameTable : ElfBuilder.SHN_XINDEX);
        if (count >= ElfBuilder.SHN_LORESERVE) {
            to.put(file, (int) headers, ElfField.SH_SIZE, count);
        }
        if (nameTable >= ElfBuilder.SHN_LORESERVE) {
            to.put(file, (int) headers, ElfField.SH_LINK, nameTable);
        }
    }

    private static void put(byte[] file, SectionBuilder section, long offset) {
        byte[] contents = section.contents();
        System.arraycopy(contents, 0, file, (int) offset, contents.length);
    }

    static long aligned(long offset, long alignment) {
        long step = Math.min(alignment, GREATEST_FILE_ALIGNMENT);
        return step > 1 ? (offset + step - 1) / step * step : offset;
    }
}
