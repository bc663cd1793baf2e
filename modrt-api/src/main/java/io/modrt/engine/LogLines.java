package io.modrt.engine;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lines that kernels log about faults of a file. A file is opened before its kernel is known, so its refusals have the lines of 6.1, of
 * which older kernels log less.
 */
final class LogLines {
    private static final String NO_MODULE = "No module found in object";

    private LogLines() {}

    /** The refusal with the line that a kernel of this profile logs. */
    static FormatException of(FormatException refused, KernelProfile profile) {
        Optional<String> line = refused.kernelMessage();
        Optional<String> older = line.flatMap(text -> older(text, profile));
        if (older.equals(line)) {
            return refused;
        }
        Refusal refusal = Refusal.of(refused.errno(), String.valueOf(refused.getMessage()))
                .because(refused);
        Refusal told = older.map(refusal::logged).orElse(refusal);
        OptionalLong offset = refused.fileOffset();
        return offset.isPresent() ? new FormatException(told, offset.getAsLong()) : new FormatException(told);
    }

    private static Optional<String> older(String line, KernelProfile profile) {
        boolean isElf = line.startsWith("Invalid ")
                || line.startsWith("ELF Spec violation")
                || line.equals("empty section name table");
        if (isElf && !profile.has(LoaderChange.ELF_FAULTS_NAMED)) {
            return profile.has(LoaderChange.ELF_FAULTS_LOGGED)
                    ? Optional.of("Module has invalid ELF structures")
                    : Optional.empty();
        }
        return line.endsWith(NO_MODULE) && !profile.has(LoaderChange.NAME_BEFORE_MODULE)
                ? Optional.of(NO_MODULE)
                : Optional.of(line);
    }
}
