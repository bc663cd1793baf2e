package io.modrt.policy;

import org.apiguardian.api.API;

/**
 * How much of its host's memory a file may take. What a file asks for beyond these limits is refused with a
 * {@link io.modrt.error.FormatException} or {@link io.modrt.error.LayoutException} that names the limit, before the memory is allocated;
 * lists of findings and differences are cut there instead, and say how much was left out. Immutable: a method that changes one limit
 * returns a copy.
 *
 * <p>Besides these, some limits follow from the file's own size: compressed data may grow to 64 times its size (but to 8 MiB in any case),
 * the names of sections, symbols and exports may each add up to twice the file's size and 64 KiB, and relocation sections may not add up to
 * more bytes than the file has.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LoadLimits {
    private static final long KIB = 1L << 10;
    private static final long MIB = KIB << 10;
    private static final LoadLimits STANDARD = new LoadLimits(
            1024 * MIB, 512 * MIB, 256 * (int) KIB, 4 * (int) MIB, 16 * (int) MIB, 16 * MIB, 2_000, 10_000);

    private final long fileBytes;
    private final long decompressedBytes;
    private final int sections;
    private final int symbols;
    private final int relocations;
    private final long imageBytes;
    private final int diagnostics;
    private final int differences;

    private LoadLimits(
            long fileBytes,
            long decompressedBytes,
            int sections,
            int symbols,
            int relocations,
            long imageBytes,
            int diagnostics,
            int differences) {
        this.fileBytes = notNegative(fileBytes);
        this.decompressedBytes = notNegative(decompressedBytes);
        this.sections = (int) notNegative(sections);
        this.symbols = (int) notNegative(symbols);
        this.relocations = (int) notNegative(relocations);
        this.imageBytes = notNegative(imageBytes);
        this.diagnostics = (int) notNegative(diagnostics);
        this.differences = (int) notNegative(differences);
    }

    private static long notNegative(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        return limit;
    }

    /**
     * The limits that hold where none are given: files of 1 GiB, 512 MiB decompressed, 262,144 sections, 4,194,304 symbols, 16,777,216
     * relocations, 16 MiB of memory beyond what the file's size accounts for, 2,000 diagnostics, 10,000 differences.
     */
    public static LoadLimits standard() {
        return STANDARD;
    }

    /** The same, with another limit for files and texts as they are read, in bytes. */
    public LoadLimits withFileBytes(long bytes) {
        return new LoadLimits(
                bytes, decompressedBytes, sections, symbols, relocations, imageBytes, diagnostics, differences);
    }

    /** The same, with another limit for what a compressed file decompresses to, in bytes. */
    public LoadLimits withDecompressedBytes(long bytes) {
        return new LoadLimits(fileBytes, bytes, sections, symbols, relocations, imageBytes, diagnostics, differences);
    }

    /** The same, with another limit for the sections of a file. */
    public LoadLimits withSections(int most) {
        return new LoadLimits(
                fileBytes, decompressedBytes, most, symbols, relocations, imageBytes, diagnostics, differences);
    }

    /** The same, with another limit for the symbols of a file. */
    public LoadLimits withSymbols(int most) {
        return new LoadLimits(
                fileBytes, decompressedBytes, sections, most, relocations, imageBytes, diagnostics, differences);
    }

    /** The same, with another limit for the relocations of a file, all sections together. */
    public LoadLimits withRelocations(int most) {
        return new LoadLimits(
                fileBytes, decompressedBytes, sections, symbols, most, imageBytes, diagnostics, differences);
    }

    /** The same, with another limit for the memory of a module, as {@link #imageBytes} counts it. */
    public LoadLimits withImageBytes(long bytes) {
        return new LoadLimits(
                fileBytes, decompressedBytes, sections, symbols, relocations, bytes, diagnostics, differences);
    }

    /** The same, with another limit for the diagnostics that are kept of one load. */
    public LoadLimits withDiagnostics(int most) {
        return new LoadLimits(
                fileBytes, decompressedBytes, sections, symbols, relocations, imageBytes, most, differences);
    }

    /** The same, with another limit for the differences that one verification keeps. */
    public LoadLimits withDifferences(int most) {
        return new LoadLimits(
                fileBytes, decompressedBytes, sections, symbols, relocations, imageBytes, diagnostics, most);
    }

    /** The size in bytes of the largest file that is read, and of the longest text. */
    public long fileBytes() {
        return fileBytes;
    }

    /** The most bytes that a compressed file may decompress to. */
    public long decompressedBytes() {
        return decompressedBytes;
    }

    /** The most sections that a file may have. */
    public int sections() {
        return sections;
    }

    /** The most symbols that a symbol table may have. */
    public int symbols() {
        return symbols;
    }

    /** The most relocations that a file may have. */
    public int relocations() {
        return relocations;
    }

    /**
     * The bytes of memory that a module may ask for beyond 16 for each byte of its file. A small file can ask for much: zeros ({@code .bss}),
     * alignment, symbols.
     */
    public long imageBytes() {
        return imageBytes;
    }

    /** The most diagnostics that are kept of one load; further ones are counted. */
    public int diagnostics() {
        return diagnostics;
    }

    /** The most differences that one verification keeps; further ones are counted. */
    public int differences() {
        return differences;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LoadLimits limits && limits.toString().equals(toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** All limits by name. */
    @Override
    public String toString() {
        return "LoadLimits[fileBytes=" + fileBytes + ", decompressedBytes=" + decompressedBytes + ", sections="
                + sections + ", symbols=" + symbols + ", relocations=" + relocations + ", imageBytes=" + imageBytes
                + ", diagnostics=" + diagnostics + ", differences=" + differences + "]";
    }
}
