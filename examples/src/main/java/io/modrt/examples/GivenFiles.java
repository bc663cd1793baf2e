package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.error.FormatException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.ModuleSymvers;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The caller's modules and symbol files, told apart by their contents, and modules also by their name. */
final class GivenFiles {
    private final List<ModuleFile> modules = new ArrayList<>();
    private final List<ModuleSymvers> versions = new ArrayList<>();
    private @Nullable KernelSymbols values;

    /** Reads the files, each once. */
    static GivenFiles read(List<String> names) throws IOException {
        GivenFiles given = new GivenFiles();
        for (String name : names) {
            given.add(Path.of(name));
        }
        if (given.modules.isEmpty()) {
            throw new IOException("no module among " + names + ", only symbols; give a .ko file too");
        }
        return given;
    }

    private void add(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + " is a folder; give the files in it");
        }
        byte[] bytes = Files.readAllBytes(path);
        String name = String.valueOf(path.getFileName());
        if (isLinkedKernel(bytes)) {
            values(KernelSymbols.vmlinux(path));
        } else if (isText(bytes)
                && !name.endsWith(".ko")) { // why: a .ko that is text is a broken module, not a bad list of symbols
            if (isSymvers(bytes)) {
                versions.add(KernelSymbols.moduleSymvers(path));
            } else {
                values(KernelSymbols.systemMap(path));
            }
        } else {
            modules.add(ModuleFile.open(name, bytes, LoadPolicy.kernelExact()));
        }
    }

    private void values(KernelSymbols found) {
        values = values == null ? found : values.or(found);
    }

    private static boolean isLinkedKernel(byte[] bytes) {
        try {
            return ElfFile.view(bytes).header().type() != ElfHeader.ET_REL;
        } catch (FormatException notElf) {
            return false; // either a broken or compressed module, which ModuleFile reports, or a text file
        }
    }

    private static boolean isText(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, 256); i++) {
            if (bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t') {
                return false;
            }
        }
        return bytes.length > 0;
    }

    /** In Module.symvers words are separated by tabs, in System.map and kallsyms by blanks. */
    private static boolean isSymvers(byte[] bytes) {
        String start = new String(bytes, 0, Math.min(bytes.length, 256), StandardCharsets.ISO_8859_1);
        return start.startsWith("0x") && start.contains("\t");
    }

    /** Loads the modules in the order given and reports on each. */
    void load(PrintStream out) {
        KernelSymbols symbols = values == null ? KernelSymbols.synthetic() : values;
        for (ModuleSymvers exports : versions) {
            symbols = symbols.withVersions(exports);
        }
        out.println(
                values == null
                        ? "No System.map, kallsyms or vmlinux given: the kernel's symbols get made-up addresses."
                        : "The kernel's symbols are those of the files given.");
        symbols.remarks().forEach(remark -> out.println("Not read: " + remark));
        try (ModuleRuntime kernel =
                ModuleRuntime.builder().kernelSymbols(symbols).build()) {
            for (ModuleFile module : modules) {
                report(kernel.load(module), symbols, out);
            }
        }
    }

    private static void report(LiveModule module, KernelSymbols symbols, PrintStream out) {
        out.println(
                "\n" + module.name() + ", loaded for " + module.placed().plan().profile());
        ModuleReport report = new ModuleReport(module, symbols, out);
        report.layout();
        report.exports();
        report.imports();
        report.relocation();
        report.reach();
        module.diagnostics().forEach(diagnostic -> out.println("note: " + diagnostic));
    }
}
