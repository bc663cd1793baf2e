package io.modrt.conformance.fuzz;

import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A module with changes to its structures, as an input of few bytes says: the first chooses the module, and each group of five that follows
 * changes one field of the file header, of a section header, of a symbol or of a relocation, or a word of a section. Mutating such inputs
 * reaches deeper than mutating the file, since most changes leave a file that is still a module.
 */
final class ElfScript {
    private static final int GROUP_BYTES = 5;
    private static final int MOST_CHANGES = 64;
    private static final long[] TELLING = {
        0, 1, -1, 4, 8, 0x7fff_ffffL, 0x8000_0000L, 0xff00, 0xfff1, 0xfff2, 0xffff, 0x10
    };

    private final byte[] file;
    private final ElfFile elf;

    private ElfScript(byte[] module) {
        this.file = module.clone();
        this.elf = ElfFile.view(module);
    }

    /** The module that {@code script} makes of one of {@code modules}. */
    static byte[] run(byte[] script, List<byte[]> modules) {
        if (script.length == 0) {
            return modules.get(0);
        }
        ElfScript made = new ElfScript(modules.get((script[0] & 0xff) % modules.size()));
        int end = Math.min(script.length, 1 + MOST_CHANGES * GROUP_BYTES);
        for (int at = 1; at + GROUP_BYTES <= end; at += GROUP_BYTES) {
            made.change(
                    script[at] & 0xff,
                    ByteBuffer.wrap(script, at + 1, Short.BYTES).getShort() & 0xffff,
                    script[at + 3] & 0xff,
                    script[at + 4] & 0xff);
        }
        return made.file;
    }

    /**
     * Changes one field.
     *
     * @param what its low bits say what kind of record, the others which section of that kind
     * @param which the number of the record
     * @param field the field of the record, and how it changes
     * @param value the new value, or what is added to the old
     */
    private void change(int what, int which, int field, int value) {
        boolean wide = elf.elfClass() == ElfClass.ELF64;
        switch (what & 3) {
            case 0 ->
                record(
                        (int) elf.header().sectionHeadersOffset(),
                        elf.header().sectionHeaderBytes(),
                        elf.sectionCount(),
                        which,
                        field,
                        value);
            case 1 -> section(Section.SHT_SYMTAB, 0, wide ? 24 : 16, which, field, value);
            case 2 -> {
                boolean isRela = elf.relocationSections().stream()
                        .anyMatch(r -> r.section().type() == Section.SHT_RELA);
                section(
                        isRela ? Section.SHT_RELA : Section.SHT_REL,
                        what >>> 2,
                        elf.elfClass().wordBytes() * (isRela ? 3 : 2),
                        which,
                        field,
                        value);
            }
            default -> any(what >>> 2, which, field, value);
        }
    }

    /** Changes a record of the section that comes {@code nth} among those of its type. */
    private void section(int type, int nth, int recordBytes, int which, int field, int value) {
        List<Section> found = elf.sections().stream()
                .filter(s -> s.type() == type && s.sizeBytes() > 0)
                .toList();
        if (!found.isEmpty()) {
            Section section = found.get(nth % found.size());
            record(
                    (int) section.fileOffset(),
                    recordBytes,
                    (int) section.sizeBytes() / recordBytes,
                    which,
                    field,
                    value);
        }
    }

    /** Changes a word of any section, or of the file header. */
    private void any(int nth, int which, int field, int value) {
        List<Section> found = elf.sections().stream()
                .filter(s -> s.hasContents() && s.sizeBytes() >= Integer.BYTES)
                .toList();
        if (nth == 0 || found.isEmpty()) {
            record(0, elf.elfClass().headerBytes(), 1, 0, field, value);
        } else {
            Section section = found.get(nth % found.size());
            record(
                    (int) section.fileOffset(),
                    Integer.BYTES,
                    (int) section.sizeBytes() / Integer.BYTES,
                    which,
                    field,
                    value);
        }
    }

    private void record(int start, int recordBytes, int count, int which, int field, int value) {
        if (count > 0) {
            int at = start + which % count * recordBytes + field % recordBytes;
            switch (field >>> 6) {
                case 0 -> file[at] = (byte) value;
                case 1 -> file[at] ^= (byte) (1 << (value & 7));
                case 2 -> file[at] += (byte) value;
                default -> word(at & -Integer.BYTES, TELLING[value % TELLING.length]);
            }
        }
    }

    private void word(int at, long value) {
        for (int i = 0; i < Integer.BYTES && at + i < file.length; i++) {
            int shift = elf.isBigEndian() ? 24 - 8 * i : 8 * i;
            file[at + i] = (byte) (value >>> shift);
        }
    }
}
