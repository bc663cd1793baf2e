package io.modrt.conformance;

import static io.modrt.testkit.ElfField.EI_CLASS;
import static io.modrt.testkit.ElfField.EI_MAG;
import static io.modrt.testkit.ElfField.E_FLAGS;
import static io.modrt.testkit.ElfField.E_MACHINE;
import static io.modrt.testkit.ElfField.E_SHENTSIZE;
import static io.modrt.testkit.ElfField.E_SHNUM;
import static io.modrt.testkit.ElfField.E_SHOFF;
import static io.modrt.testkit.ElfField.E_SHSTRNDX;
import static io.modrt.testkit.ElfField.E_TYPE;
import static io.modrt.testkit.ElfField.SH_ADDR;
import static io.modrt.testkit.ElfField.SH_FLAGS;
import static io.modrt.testkit.ElfField.SH_LINK;
import static io.modrt.testkit.ElfField.SH_NAME;
import static io.modrt.testkit.ElfField.SH_OFFSET;
import static io.modrt.testkit.ElfField.SH_SIZE;
import static io.modrt.testkit.ElfField.SH_TYPE;

import io.modrt.error.Errno;
import io.modrt.testkit.ElfEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Modules that are no sound ELF files: one field of a sound one is another, or its end is missing. */
final class BrokenFiles {
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    private static final int HEADER_BYTES_32 = 52;
    private static final int SHT_PROGBITS = 1;
    private static final int SHT_SYMTAB = 2;
    private static final int SHF_WRITE = 1;
    private static final int SHF_COMPRESSED = 0x800;
    private static final int EM_386 = 3;
    private static final int EF_MIPS_ABI2 = 0x20;

    private final KernelShape kernel;
    private final List<BrokenModule> rows = new ArrayList<>();

    private BrokenFiles(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** All of them, made of a module that {@code kernel} takes and of {@code real}, one of its own. */
    static List<BrokenModule> of(KernelShape kernel, byte[] real) {
        BrokenFiles files = new BrokenFiles(kernel);
        files.truncated(real);
        files.header();
        files.sections();
        files.missing();
        return files.rows;
    }

    private void truncated(byte[] real) {
        int tail = (int) ElfEdit.of(real).header(E_SHOFF);
        truncated("truncated_in_header", real, HEADER_BYTES_32 - 1);
        truncated(
                "truncated_after_header",
                real,
                kernel.target().encoding().elfClass().headerBytes());
        truncated("truncated_in_contents", real, real.length / 2);
        truncated("truncated_in_section_headers", real, tail + 1);
    }

    private void truncated(String name, byte[] real, int length) {
        rows.add(BrokenModule.refused(
                name, Errno.ENOEXEC, ElfEdit.of(real).truncated(length).build()));
    }

    private void header() {
        refused("wrong_magic", file -> file.header(EI_MAG, 0));
        refused("wrong_type", file -> file.header(E_TYPE, 2));
        refused("wrong_machine", file -> file.header(E_MACHINE, EM_386));
        if (!kernel.isAArch64()) { // why: these kernels read a file of either class as one of 64 bits
            refused("wrong_class", file -> file.header(EI_CLASS, kernel.isWide() ? 1 : 2));
            refused("class_17", file -> file.header(EI_CLASS, 17));
        }
        if (kernel.isMips() && !kernel.isWide()) {
            refused("wrong_abi", file -> file.header(E_FLAGS, kernel.target().flags() | EF_MIPS_ABI2));
        }
        refused("wrong_shentsize", file -> file.header(E_SHENTSIZE, 39));
        refused("shoff_at_end", file -> file.header(E_SHOFF, file.build().length));
        refused("shoff_overflows", file -> file.header(E_SHOFF, -8));
        refused("shoff_zero", file -> file.header(E_SHOFF, 0));
        refused("shoff_off_by_one", file -> file.header(E_SHOFF, file.header(E_SHOFF) + 1));
        refused("shnum_too_large", file -> file.header(E_SHNUM, 0xfeff));
        refused("shnum_zero", file -> file.header(E_SHNUM, 0));
        refused("shstrndx_zero", file -> file.header(E_SHSTRNDX, 0));
        refused("shstrndx_too_large", file -> file.header(E_SHSTRNDX, file.header(E_SHNUM)));
        refused("shstrndx_extended", file -> file.header(E_SHSTRNDX, 0xffff));
    }

    private void sections() {
        String names = ".shstrtab";
        refused("names_beyond_file", file -> file.section(names, SH_OFFSET, file.build().length));
        refused("names_overflow", file -> file.section(names, SH_OFFSET, -1));
        refused("names_empty", file -> file.section(names, SH_SIZE, 0));
        refused("names_without_end", file -> file.section(names, SH_SIZE, file.section(names, SH_SIZE) - 1));
        refused("section_0_has_type", file -> file.section(0, SH_TYPE, SHT_PROGBITS));
        refused("section_0_has_size", file -> file.section(0, SH_SIZE, 1));
        refused("section_0_has_address", file -> file.section(0, SH_ADDR, 0x1000));
        refused("section_beyond_file", file -> file.section(".text", SH_OFFSET, file.build().length));
        refused("section_too_large", file -> file.section(".text", SH_SIZE, file.build().length));
        refused("section_overflows", file -> file.section(".text", SH_SIZE, -1));
        refused("section_name_beyond", file -> file.section(".text", SH_NAME, file.section(names, SH_SIZE)));
        refused("symtab_without_strings", file -> file.section(".symtab", SH_LINK, 0));
        refused("symtab_strings_beyond", file -> file.section(".symtab", SH_LINK, file.header(E_SHNUM)));
        UnaryOperator<ElfEdit> second =
                file -> file.section(names, SH_TYPE, SHT_SYMTAB).section(names, SH_LINK, 1);
        if (BrokenNewFiles.isRefusedTwice(kernel)) {
            refused("second_symbol_table", second);
        } else {
            taken("second_symbol_table", second);
        }
        taken("compressed_flag", file -> file.section(".text", SH_FLAGS, 6 | SHF_COMPRESSED));
    }

    private void missing() {
        refused("no_symtab", file -> file.section(".symtab", SH_TYPE, SHT_PROGBITS));
        refused("this_module_renamed", file -> file.section(THIS_MODULE, SH_NAME, file.section(".text", SH_NAME)));
        refused("this_module_not_loaded", file -> file.section(THIS_MODULE, SH_FLAGS, SHF_WRITE));
    }

    private void refused(String name, UnaryOperator<ElfEdit> change) {
        rows.add(BrokenModule.refused(name, Errno.ENOEXEC, changed(name, change)));
    }

    private void taken(String name, UnaryOperator<ElfEdit> change) {
        rows.add(BrokenModule.taken(name, changed(name, change)));
    }

    private byte[] changed(String name, UnaryOperator<ElfEdit> change) {
        return change.apply(ElfEdit.of(kernel.module(name).build())).build();
    }
}
