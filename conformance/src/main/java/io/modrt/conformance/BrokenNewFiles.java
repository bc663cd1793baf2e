package io.modrt.conformance;

import static io.modrt.testkit.ElfField.SH_LINK;
import static io.modrt.testkit.ElfField.SH_NAME;
import static io.modrt.testkit.ElfField.SH_SIZE;
import static io.modrt.testkit.ElfField.SH_TYPE;

import io.modrt.error.Errno;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Modules that only a new kernel refuses, for what their sections are. */
final class BrokenNewFiles {
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    private static final int SHT_PROGBITS = 1;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_NOBITS = 8;
    private static final int SYMBOL_BYTES = 24; // of 64 bits

    private final KernelShape kernel;
    private final List<BrokenModule> rows = new ArrayList<>();

    private BrokenNewFiles(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** Whether a kernel refuses a second section of some kinds. */
    static boolean isRefusedTwice(KernelShape kernel) {
        return kernel.profile().has(LoaderChange.TABLES_COUNTED);
    }

    /** All of them, none for an old kernel. */
    static List<BrokenModule> of(KernelShape kernel) {
        BrokenNewFiles files = new BrokenNewFiles(kernel);
        if (isRefusedTwice(kernel)) {
            files.sections();
        }
        if (kernel.profile().has(LoaderChange.STRING_TABLES_CHECKED)) {
            files.stringTables();
        }
        return files.rows;
    }

    private void stringTables() {
        edited("names_no_string_table", file -> file.section(".shstrtab", SH_TYPE, SHT_PROGBITS));
        edited("symbol_names_no_string_table", file -> file.section(".strtab", SH_TYPE, SHT_PROGBITS));
        String two = "two_symbol_tables";
        KernelModuleBuilder symbols = kernel.module(two);
        symbols.elf().section(".symbols", SHT_SYMTAB, 0).zeros(SYMBOL_BYTES).entryBytes(SYMBOL_BYTES);
        ElfEdit second = ElfEdit.of(symbols.build());
        second.section(".symbols", SH_LINK, second.sectionIndex(".strtab"));
        rows.add(BrokenModule.refused(two, Errno.ENOEXEC, second.build()));
        String unloaded = "unloaded_section_name_beyond";
        KernelModuleBuilder module = kernel.module(unloaded);
        module.elf().notLoaded(".comment").zeros(4);
        ElfEdit edit = ElfEdit.of(module.build());
        edit.section(".comment", SH_NAME, edit.section(".shstrtab", SH_SIZE));
        rows.add(BrokenModule.refused(unloaded, Errno.ENOEXEC, edit.build()));
    }

    private void sections() {
        for (int bytes : new int[] {-8, 8}) {
            edited(
                    bytes < 0 ? "this_module_shorter" : "this_module_longer",
                    file -> file.section(THIS_MODULE, SH_SIZE, file.section(THIS_MODULE, SH_SIZE) + bytes));
        }
        edited("this_module_without_contents", file -> file.section(THIS_MODULE, SH_TYPE, SHT_NOBITS));
        built("two_this_modules", Errno.ENOEXEC, module -> twice(module, THIS_MODULE));
        built("two_modinfos", Errno.ENOEXEC, module -> twice(module, ".modinfo"));
        built("two_sections_of_one_name", Errno.EEXIST, module -> twice(module, ".data"));
    }

    private static KernelModuleBuilder twice(KernelModuleBuilder module, String section) {
        module.elf().writable(section).zeros(8);
        return module;
    }

    private void edited(String name, UnaryOperator<ElfEdit> change) {
        byte[] file = change.apply(ElfEdit.of(kernel.module(name).build())).build();
        rows.add(BrokenModule.refused(name, Errno.ENOEXEC, file));
    }

    private void built(String name, Errno errno, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.refused(
                name, errno, change.apply(kernel.module(name)).build()));
    }
}
