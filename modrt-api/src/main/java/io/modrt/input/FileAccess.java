package io.modrt.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Turns an {@link IOException} into the {@link UncheckedIOException} that callers see: it names the path, and what was expected there. */
public final class FileAccess {
    private FileAccess() {}

    /** An access to files. */
    @FunctionalInterface
    public interface Access<T> {
        /** Runs it. */
        T run() throws IOException;
    }

    /**
     * The result of {@code access}.
     *
     * @param path what it reads or writes
     * @param expected what that should be, with its article
     * @throws UncheckedIOException if the access fails
     */
    public static <T> T to(Path path, String expected, Access<T> access) {
        try {
            return access.run();
        } catch (IOException failure) {
            throw failed(path, expected, failure);
        }
    }

    private static UncheckedIOException failed(Path path, String expected, IOException failure) {
        if (failure instanceof NoSuchFileException missing && isAbout(missing, path)) {
            return new UncheckedIOException(path + ": no such file or folder; expected " + expected, failure);
        }
        if (failure instanceof NotDirectoryException) {
            return new UncheckedIOException(path + ": not a folder; expected " + expected, failure);
        }
        if (failure instanceof AccessDeniedException denied && isAbout(denied, path)) {
            return new UncheckedIOException(path + ": permission denied; expected " + expected, failure);
        }
        if (Files.isDirectory(path) && !(failure instanceof FileSystemException inside && !isAbout(inside, path))) {
            return new UncheckedIOException(path + ": a folder; expected " + expected, failure);
        }
        return new UncheckedIOException(path + ": " + reason(failure), failure);
    }

    private static boolean isAbout(FileSystemException failure, Path path) {
        return failure.getFile() == null || failure.getFile().equals(path.toString());
    }

    private static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException missing) {
            return "no such file or folder: " + missing.getFile();
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
