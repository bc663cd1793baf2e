package io.modrt.conformance.fuzz;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.testkit.BundledModules;
import io.modrt.tree.DepmodConfig;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModprobeConfig;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small tree of modules, one of whose lists or configuration files has the bytes of an input. */
final class TreeRuns {
    private static final String FOLDER = "/lib/modules/6.1.0";

    private TreeRuns() {}

    /** What is done with a tree. */
    private interface Use {
        void of(Path folder) throws IOException;
    }

    private static void inTree(Use use) throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path folder = Files.createDirectories(files.getPath(FOLDER));
            Path kernel = Files.createDirectories(folder.resolve("kernel"));
            Files.write(kernel.resolve("a.ko"), BundledModules.file("mips-o32-le-r2/greeter.ko"));
            Files.write(kernel.resolve("b.ko"), BundledModules.file("mips-o32-le-r2/visitor.ko"));
            Files.writeString(folder.resolve("modules.dep"), "kernel/a.ko: kernel/b.ko\nkernel/b.ko:\n");
            use.of(folder);
        }
    }

    /** The entry of a list in the tree. */
    static FuzzTarget.Entry list(String name) {
        return text -> inTree(folder -> {
            Files.write(folder.resolve(name), text);
            ModuleTree tree = ModuleTree.open(folder);
            Said.of(tree.graph().loadOrder(), tree.graph().cycles());
            resolve(Modprobe.of(tree, ModprobeConfig.none()));
        });
    }

    private static void resolve(Modprobe modprobe) throws IOException {
        for (String name : List.of("a", "pci:v00008086d000010", "symbol:f", "x1", "c")) {
            Said.of(modprobe.resolve(name));
            Said.of(modprobe.insertions(name));
        }
    }

    static void modprobe(byte[] text) throws IOException {
        inTree(folder -> {
            Path file = Files.write(folder.resolve("x.conf"), text);
            resolve(Modprobe.of(ModuleTree.open(folder), ModprobeConfig.of(List.of(file))));
        });
    }

    static void depmod(byte[] text) throws IOException {
        inTree(folder -> {
            Path file = Files.write(folder.resolve("x.conf"), text);
            ModuleTree tree = ModuleTree.open(folder, DepmodConfig.of(List.of(file)));
            tree.depmod(folder);
            tree.graph().loadOrder();
        });
    }

    static void commandLine(byte[] text) throws IOException {
        inTree(folder -> resolve(Modprobe.of(
                ModuleTree.open(folder), ModprobeConfig.of(List.of(), new String(text, StandardCharsets.ISO_8859_1)))));
    }
}
