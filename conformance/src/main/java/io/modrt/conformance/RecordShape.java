package io.modrt.conformance;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The fields of a kind of ELF record, one behind the other.
 *
 * @param fields in their order in the file
 */
record RecordShape(List<FieldShape> fields) {

    /**
     * A field.
     *
     * @param name as the specification has it
     * @param at its first byte in the record
     * @param bytes its size
     */
    record FieldShape(String name, int at, int bytes) {}

    /** Parses fields such as {@code sh_name:4 sh_flags:w}; {@code w} stands for the size of an address. */
    private static RecordShape of(ElfClass elfClass, String text) {
        List<FieldShape> fields = new ArrayList<>();
        int at = 0;
        for (String field : text.split(" ")) {
            int colon = field.indexOf(':');
            String size = field.substring(colon + 1);
            int bytes = size.equals("w") ? elfClass.wordBytes() : Integer.parseInt(size);
            fields.add(new FieldShape(field.substring(0, colon), at, bytes));
            at += bytes;
        }
        return new RecordShape(fields);
    }

    /** The file header. */
    static RecordShape header(ElfClass elfClass) {
        return of(
                elfClass,
                "ei_mag:4 ei_class:1 ei_data:1 ei_version:1 ei_osabi:1 ei_abiversion:8 e_type:2 e_machine:2 e_version:4"
                        + " e_entry:w e_phoff:w e_shoff:w e_flags:4 e_ehsize:2 e_phentsize:2 e_phnum:2 e_shentsize:2"
                        + " e_shnum:2 e_shstrndx:2");
    }

    /** A section header. */
    static RecordShape section(ElfClass elfClass) {
        return of(
                elfClass,
                "sh_name:4 sh_type:4 sh_flags:w sh_addr:w sh_offset:w sh_size:w sh_link:4 sh_info:4 sh_addralign:w"
                        + " sh_entsize:w");
    }

    /** A symbol. */
    static RecordShape symbol(ElfClass elfClass) {
        return of(
                elfClass,
                elfClass == ElfClass.ELF64
                        ? "st_name:4 st_info:1 st_other:1 st_shndx:2 st_value:8 st_size:8"
                        : "st_name:4 st_value:4 st_size:4 st_info:1 st_other:1 st_shndx:2");
    }

    /** A relocation of {@code relocations}. */
    static RecordShape relocation(RelocationSection relocations, ElfHeader header) {
        String info;
        if (relocations.isPacked()) {
            info = "r_sym:4 r_ssym:1 r_type3:1 r_type2:1 r_type:1";
        } else {
            int half = header.elfClass().wordBytes() / 2;
            String symbol = header.elfClass() == ElfClass.ELF64 ? "r_sym:" + half : "r_sym:3";
            String type = header.elfClass() == ElfClass.ELF64 ? "r_type:" + half : "r_type:1";
            info = header.isBigEndian() ? symbol + " " + type : type + " " + symbol;
        }
        String addend = relocations.addends() == AddendKind.EXPLICIT ? " r_addend:w" : "";
        return of(header.elfClass(), String.format(Locale.ROOT, "r_offset:w %s%s", info, addend));
    }

    /** The size of a record in bytes. */
    int bytes() {
        FieldShape last = fields.get(fields.size() - 1);
        return last.at() + last.bytes();
    }
}
