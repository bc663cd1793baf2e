package io.modrt.tree;

import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A step by which {@code modprobe} inserts a module.
 *
 * @param module the module's name
 * @param kind what the step is
 * @param file the module's file; empty for other kinds than {@link Kind#FILE}
 * @param isRequired whether a failure ends the load of what was asked for; not for soft dependencies
 * @param text the module's options, for {@link Kind#COMMAND} behind the command; may be empty
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Insertion(String module, Kind kind, Optional<Path> file, boolean isRequired, String text) {

    /** What a step is. */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public enum Kind {
        /** The module's file is inserted. */
        FILE,
        /** Nothing happens, since the module is built into the kernel. */
        BUILT_IN,
        /** The configuration has an {@code install} command, which would run instead. modrt runs none. */
        COMMAND
    }

    /** The line of {@code modprobe --show-depends}, without the blank at its end. */
    @Override
    public String toString() {
        return switch (kind) {
            case FILE -> ("insmod " + file.map(Path::toString).orElse("") + " " + text).strip();
            case BUILT_IN -> "builtin " + module;
            case COMMAND -> "install " + text;
        };
    }
}
