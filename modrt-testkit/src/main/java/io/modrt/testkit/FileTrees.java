package io.modrt.testkit;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * The files that a system keeps for one kernel, in memory: {@code /lib/modules/VERSION} and what lies in {@code /boot}. Close it
 * to drop the files.
 *
 * <pre>{@code
 * ModuleTree tree = FileTrees.with(greeter, visitor).open();
 * FakeKernel kernel = FakeKernel.builder().tree(FileTrees.with(greeter, visitor)).build(); // kernel.runtime().load("visitor")
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FileTrees implements AutoCloseable {
    private final FileSystem files;
    private final String version;

    private FileTrees(FileSystem files, String version) {
        this.files = files;
        this.version = version;
    }

    /** An empty tree of the kernel {@code version}, on a file system of its own. */
    public static FileTrees of(String version) {
        FileTrees tree = new FileTrees(Jimfs.newFileSystem(Configuration.unix()), version);
        tree.file(tree.modules().resolve("modules.order"), new byte[0]);
        return tree;
    }

    /**
     * The tree of the kernel of {@link KernelModuleBuilder#VERMAGIC} that has these modules, each below {@code kernel/}, in this order:
     * {@code FileTrees.with(greeter, visitor).open()}.
     */
    public static FileTrees with(KernelModuleBuilder... modules) {
        String vermagic = KernelModuleBuilder.VERMAGIC;
        FileTrees tree = of(vermagic.substring(0, vermagic.indexOf(' ')));
        List<String> order = new ArrayList<>();
        for (KernelModuleBuilder module : modules) {
            String path = "kernel/" + module.name() + ".ko";
            tree.module(path, module.build());
            order.add(path);
        }
        return tree.file(tree.modules().resolve("modules.order"), text(order.toArray(String[]::new)));
    }

    /** The folder {@code /lib/modules/VERSION}. */
    public Path modules() {
        return files.getPath("/lib/modules", version);
    }

    /** Adds a file to {@link #modules()}, for example {@code kernel/fs/xfs/xfs.ko}. */
    public FileTrees module(String path, byte[] bytes) {
        return file(modules().resolve(path), bytes);
    }

    /** Adds {@code /boot/config-VERSION} and gives its path. */
    public Path config(String... lines) {
        return boot("config-", lines);
    }

    /** Adds {@code /boot/System.map-VERSION} and gives its path. */
    public Path systemMap(String... lines) {
        return boot("System.map-", lines);
    }

    /** Adds {@code build/Module.symvers} to {@link #modules()} and gives its path. */
    public Path moduleSymvers(String... lines) {
        Path path = modules().resolve("build/Module.symvers");
        file(path, text(lines));
        return path;
    }

    /**
     * The tree as modrt reads it: by the lists of {@code depmod} if there are any, or else by looking through the folder.
     *
     * @throws UncheckedIOException if a list cannot be read
     */
    public ModuleTree open() {
        return ModuleTree.open(modules());
    }

    /** Any path of the file system. */
    public Path path(String path) {
        return files.getPath(path);
    }

    /** Adds a file at any path, with the folders above it. */
    public FileTrees file(Path path, byte[] bytes) {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private Path boot(String prefix, String... lines) {
        Path path = files.getPath("/boot", prefix + version);
        file(path, text(lines));
        return path;
    }

    private static byte[] text(String... lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
