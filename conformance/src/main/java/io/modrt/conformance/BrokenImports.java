package io.modrt.conformance;

import io.modrt.error.Errno;
import io.modrt.kernel.ConfigOption;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.testkit.KernelModuleBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Sound files that a kernel does not want: vermagic, CRCs, licence, namespaces, signature; symbols that it cannot give. */
final class BrokenImports {
    /** Exports to everybody, to compatible licences, and in a namespace. */
    static final String EXPORTER = "exporter";
    /** Exports under a licence of its own. */
    static final String CLOSED_EXPORTER = "closed_exporter";

    private static final int CRC = 0x11223344;
    private static final String MARKER = "~Module signature appended~\n";
    private static final int TRAILER_BYTES = 12;
    private static final int PKCS7 = 2;

    private final KernelShape kernel;
    private final List<BrokenModule> rows = new ArrayList<>();

    private BrokenImports(KernelShape kernel) {
        this.kernel = kernel;
    }

    /** The modules that are loaded first, in this order. */
    static List<BrokenModule> foundations(KernelShape kernel) {
        return List.of(
                BrokenModule.staying("sound", kernel.module("sound").build()),
                BrokenModule.staying(
                        EXPORTER,
                        kernel.module(EXPORTER)
                                .function("for_all", ".text", 0)
                                .function("for_gpl", ".text", 0)
                                .function("in_space", ".text", 0)
                                .exports("for_all", export -> export.crc(CRC))
                                .exports("for_gpl", export -> export.gplOnly().crc(CRC))
                                .exports(
                                        "in_space",
                                        export -> export.namespace("SPACE").crc(CRC))
                                .build()),
                BrokenModule.staying(
                        CLOSED_EXPORTER,
                        kernel.module(CLOSED_EXPORTER)
                                .license("Proprietary")
                                .function("from_closed", ".text", 0)
                                .exports("from_closed", export -> export.crc(CRC))
                                .build()));
    }

    /** All of them; they need {@link #foundations}. {@code real} is a module of the kernel's own that needs no other and stays loaded. */
    static List<BrokenModule> of(KernelShape kernel, byte[] real) {
        BrokenImports imports = new BrokenImports(kernel);
        imports.vermagic();
        imports.versions();
        imports.names();
        imports.symbols();
        imports.real(real);
        imports.init();
        imports.signatures();
        return imports.rows;
    }

    private void real(byte[] real) {
        rows.add(BrokenModule.staying("real", real));
        rows.add(BrokenModule.refused("real_again", Errno.EEXIST, real));
        byte[] unsigned = ModuleFile.open(real)
                .signature()
                .map(signature -> Arrays.copyOf(real, signature.fileOffset()))
                .orElse(real);
        rows.add(BrokenModule.refused("real_unsigned_again", Errno.EEXIST, unsigned));
        rows.add(BrokenModule.refused(
                "real_vermagic_altered",
                Errno.ENOEXEC,
                replaced(unsigned, ".modinfo", " mod_unload ", " mud_onload ")));
        rows.add(BrokenModule.refused(
                "real_module_layout_altered",
                Errno.ENOEXEC,
                replaced(unsigned, "__versions", kernel.moduleLayout(), "module_layouT")));
    }

    /** The file with the first {@code text} in a section written over by one as long. */
    private static byte[] replaced(byte[] file, String section, String text, String by) {
        ElfEdit edit = ElfEdit.of(file);
        int start = (int) edit.section(section, ElfField.SH_OFFSET);
        int end = start + (int) edit.section(section, ElfField.SH_SIZE);
        int at = new String(file, 0, end, StandardCharsets.ISO_8859_1).indexOf(text, start);
        if (at < 0) {
            throw new IllegalArgumentException(section + " has no " + text);
        }
        return edit.contents(section, at - start, by.getBytes(StandardCharsets.ISO_8859_1))
                .build();
    }

    private void vermagic() {
        String vermagic = kernel.profile().vermagic().orElseThrow();
        refused("vermagic_altered", Errno.ENOEXEC, module -> module.vermagic(vermagic + "MODRT "));
        refused("vermagic_without_flags", Errno.ENOEXEC, module -> module.vermagic(vermagic.split(" ")[0]));
        taken("vermagic_other_release", module -> module.vermagic("9" + vermagic));
        forced(
                "vermagic_other_release_unversioned",
                Errno.ENOEXEC,
                Errno.ENOEXEC,
                name -> kernel.bare(name).vermagic("9" + vermagic).build());
        ForcedRow missing = name -> replaced(kernel.module(name).build(), ".modinfo", "vermagic=", "vermagiC=");
        forced("vermagic_missing", null, Errno.ENOEXEC, missing);
        forced(
                "modinfo_not_loaded",
                null,
                Errno.ENOEXEC,
                name -> ElfEdit.of(kernel.module(name).build())
                        .section(".modinfo", ElfField.SH_FLAGS, 0)
                        .build());
        rows.add(BrokenModule.refused(
                "no_symtab_and_no_name",
                Errno.ENOEXEC,
                ElfEdit.of(replaced(
                                kernel.module("no_symtab_and_no_name").build(), ".modinfo", "name=no_s", "namE=no_s"))
                        .section(".symtab", ElfField.SH_TYPE, 1)
                        .build()));
        refused("livepatch", Errno.ENOEXEC, module -> module.info("livepatch", "Y"));
    }

    private void versions() {
        int layout = kernel.crc(kernel.moduleLayout());
        refused("module_layout_altered", Errno.ENOEXEC, module -> module.crc(kernel.moduleLayout(), layout + 1));
        refused("crc_altered", Errno.EINVAL, module -> module.imports("for_all", CRC + 1));
        refused(
                "kernel_crc_altered",
                Errno.EINVAL,
                module -> module.crc(kernel.printk(), kernel.crc(kernel.printk()) + 1));
        refused("crc_missing", Errno.EINVAL, module -> module.imports("for_all"));
        forced("no_versions", null, Errno.ENOEXEC, name -> kernel.bare(name).build());
        forced(
                "exports_without_crcs",
                null,
                Errno.ENOEXEC,
                name -> kernel.module(name).exports("body").build());
    }

    private void names() {
        refused("import_missing", Errno.ENOENT, module -> module.imports("nobody_has_this"));
        refused(
                "imports_missing",
                Errno.ENOENT,
                module -> module.imports("nobody_has_this").imports("nor_this"));
        taken("weak_import_missing", module -> module.importsWeakly("nobody_has_this"));
        refused(
                "gpl_import_of_proprietary",
                Errno.ENOENT,
                module -> module.license("Proprietary").imports("for_gpl", CRC));
        refused(
                "gpl_import_without_licence",
                Errno.ENOENT,
                module -> module.noLicense().imports("for_gpl", CRC));
        refused(
                "gpl_user_of_proprietary",
                Errno.ENOENT,
                module -> module.imports("for_gpl", CRC).imports("from_closed", CRC));
        refused(
                "gpl_import_after_proprietary",
                Errno.ENOENT,
                module -> module.imports("from_closed", CRC).imports("for_gpl", CRC));
        refused("namespace_not_imported", Errno.EINVAL, module -> module.imports("in_space", CRC));
        refused(
                "other_namespace_imported",
                Errno.EINVAL,
                module -> module.importsNamespace("SPA").imports("in_space", CRC));
        taken("namespace_imported", module -> module.importsNamespace("SPACE").imports("in_space", CRC));
        refused(
                "export_of_module_again",
                Errno.ENOEXEC,
                module -> module.function("for_all", ".text", 0).exports("for_all", export -> export.crc(CRC)));
        refused(
                "export_of_kernel_again",
                Errno.ENOEXEC,
                module -> module.function("kfree", ".text", 0).exports("kfree", export -> export.crc(CRC)));
    }

    private void symbols() {
        refused("common_symbol", Errno.ENOEXEC, module -> {
            module.symbol("shared").common(4);
            return module;
        });
        taken("common_symbol_of_lto", module -> {
            module.symbol("__gnu_lto_v1").common(1);
            return module;
        });
        refused("symbol_in_section_beyond", Errno.ENOEXEC, module -> {
            module.symbol("lost").inReserved(200, 0);
            return module;
        });
        refused("symbol_with_extended_index", Errno.ENOEXEC, module -> {
            module.symbol("lost").inReserved(0xffff, 0);
            return module;
        });
    }

    /** Not where a function's pointer is its descriptor's, for which {@link KernelModuleBuilder} has no relocation. */
    private void init() {
        if (kernel.isParisc() && kernel.isWide()) {
            return;
        }
        String name = "init_fails";
        rows.add(BrokenModule.initFails(
                name,
                Errno.ENOMEM,
                kernel.module(name)
                        .initText(kernel.failing())
                        .function("init_module", ".init.text", 0)
                        .build()));
    }

    private void signatures() {
        boolean looks = kernel.profile().has(ConfigOption.MODULE_SIG);
        signed("signature_without_blob", looks ? Errno.EBADMSG : null, new byte[0], trailer(0, PKCS7, 0x7fff_ffff));
        signed("signature_with_algorithm", looks ? Errno.EBADMSG : null, new byte[8], trailer(1, PKCS7, 8));
        signed("signature_of_other_kind", null, new byte[8], trailer(0, 1, 8));
    }

    private static byte[] trailer(int algorithm, int kind, int blobBytes) {
        return ByteBuffer.allocate(TRAILER_BYTES)
                .put((byte) algorithm)
                .put(2, (byte) kind)
                .putInt(8, blobBytes)
                .array();
    }

    private interface ForcedRow {
        byte[] file(String name);
    }

    private void signed(String name, @Nullable Errno errno, byte[] blob, byte[] trailer) {
        byte[] file = ElfEdit.of(kernel.module(name).build())
                .appended(blob)
                .appended(trailer)
                .appended(MARKER.getBytes(StandardCharsets.US_ASCII))
                .build();
        rows.add(errno == null ? BrokenModule.taken(name, file) : BrokenModule.refused(name, errno, file));
    }

    /** A row whose answer hangs on MODULE_FORCE_LOAD: null is taken. */
    private void forced(String name, @Nullable Errno withForce, Errno without, ForcedRow module) {
        byte[] file = module.file(name);
        Errno errno = kernel.profile().has(ConfigOption.MODULE_FORCE_LOAD) ? withForce : without;
        rows.add(errno == null ? BrokenModule.taken(name, file) : BrokenModule.refused(name, errno, file));
    }

    private void refused(String name, Errno errno, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.refused(
                name, errno, change.apply(kernel.module(name)).build()));
    }

    private void taken(String name, UnaryOperator<KernelModuleBuilder> change) {
        rows.add(BrokenModule.taken(name, change.apply(kernel.module(name)).build()));
    }
}
