package io.modrt.conformance;

import java.util.List;
import java.util.regex.Pattern;

/** How two loaders' answers to one module agree. */
enum Agreement {
    /** Both take it. */
    TAKEN(true),
    /** Both refuse it, with the same errno and line. */
    REFUSED(true),
    /** The kernel takes it, and modrt refuses it as malformed in a way that the kernel does not check. */
    BEYOND(true),
    /** The kernel crashes, and modrt refuses it, or says that a kernel would crash. */
    CRASH(true),
    /** The kernel crashes, and modrt takes the module without a word. */
    SILENT(false),
    /** The kernel takes it, and modrt says that a kernel would crash. */
    FEARED(true),
    /** Another errno, or one takes what the other refuses. */
    ERRNO(false),
    /** The same errno and another line. */
    LINE(false),
    /** modrt refuses a malformed table, which the kernel does not check: it stumbles later over what it reads there, and gives another answer. */
    STUMBLED(true),
    /** The kernel was not asked. */
    UNASKED(false);

    /** Numbers in a line that depend on where the module lies. */
    private static final Pattern ADDRESS = Pattern.compile("\\b(?:0x)?[0-9a-f]{7,16}\\b");

    /** Bytes that are not printable ASCII, as dmesg and as modrt show them. */
    private static final Pattern UNPRINTABLE = Pattern.compile("\\\\x[0-9a-f]{2}|\\\\u[0-9a-f]{4}|[^ -~]");

    private final boolean isWell;

    Agreement(boolean isWell) {
        this.isWell = isWell;
    }

    boolean isWell() {
        return isWell;
    }

    static Agreement of(Verdict kernel, Verdict modrt) {
        if (kernel.isMissing()) {
            return UNASKED;
        }
        if (kernel.isCrash()) {
            if (modrt.errno() != 0 && !modrt.beyondKernel()) {
                return ERRNO;
            }
            return modrt.errno() != 0 || modrt.fearsCrash() ? CRASH : SILENT;
        }
        if (kernel.errno() == 0) {
            if (modrt.errno() != 0) {
                return modrt.beyondKernel() ? BEYOND : ERRNO;
            }
            return modrt.fearsCrash() ? FEARED : TAKEN;
        }
        if (modrt.beyondKernel()) {
            return STUMBLED;
        }
        if (kernel.errno() != modrt.errno()) {
            return ERRNO;
        }
        boolean isSame = modrt.lines().isEmpty() == kernel.lines().isEmpty()
                && masked(kernel.lines()).containsAll(masked(modrt.lines()));
        return isSame ? REFUSED : LINE;
    }

    private static List<String> masked(List<String> lines) {
        return lines.stream()
                .map(line -> ADDRESS.matcher(line).replaceAll("#"))
                .map(line -> UNPRINTABLE.matcher(line).replaceAll("?"))
                .toList();
    }
}
