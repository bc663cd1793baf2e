package io.modrt.tree;

import io.modrt.input.FileAccess;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the files below a folder where {@code depmod} looks for modules: behind links too, but not in a kernel's tree beside them. */
final class FoundFiles extends SimpleFileVisitor<Path> {

    private static final Set<String> LEFT_OUT = Set.of("build", "source");

    private final Path root;
    private final Predicate<String> isExcluded;
    private final List<Path> files = new ArrayList<>();

    private FoundFiles(Path root, Predicate<String> isExcluded) {
        this.root = root;
        this.isExcluded = isExcluded;
    }

    /**
     * The regular files, in no order.
     *
     * @param isExcluded whether folders of a name are left out
     */
    static List<Path> below(Path folder, Predicate<String> isExcluded) {
        FoundFiles found = new FoundFiles(folder, isExcluded);
        FileAccess.to(
                folder,
                "a folder of modules",
                () -> Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, found));
        return found.files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        Path name = folder.getFileName();
        boolean isLeftOut = !folder.equals(root)
                && name != null
                && (LEFT_OUT.contains(name.toString()) || isExcluded.test(name.toString()));
        return isLeftOut ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (attributes.isRegularFile()) {
            files.add(file);
        }
        return FileVisitResult.CONTINUE;
    }

    /** A link to a folder in which it lies leads to what is found anyway. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof FileSystemLoopException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }
}
