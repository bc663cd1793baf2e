package io.modrt.module;

import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The CRCs that a module expects of its imports. {@code __versions} is an array of {@code struct modversion_info}, whose 64 bytes are an
 * {@code unsigned long} and a name; bytes behind the last whole record are ignored, as the kernel does. Extended records, which kernels
 * from 6.14 on read too, are an array of 32-bit CRCs and a sequence of as many strings. Both are decoded at first use.
 */
final class VersionRecords {
    private static final int RECORD_BYTES = 64;

    private final @Nullable Section basic;
    private final @Nullable Section extendedCrcs;
    private final @Nullable Section extendedNames;
    private @Nullable Map<String, Long> basicCrcs;
    private @Nullable Map<String, Long> extendedRecords;

    private VersionRecords(@Nullable Section basic, @Nullable Section extendedCrcs, @Nullable Section extendedNames) {
        this.basic = basic;
        this.extendedCrcs = extendedCrcs;
        this.extendedNames = extendedNames;
    }

    /**
     * The records of a file.
     *
     * @param loaded finds the loaded section of a name that has contents
     */
    static VersionRecords of(Function<String, Optional<Section>> loaded) {
        return new VersionRecords(
                loaded.apply("__versions").orElse(null),
                loaded.apply("__version_ext_crcs").orElse(null),
                loaded.apply("__version_ext_names").orElse(null));
    }

    /** Whether there are records of any kind. */
    boolean isPresent() {
        return isPresent(true);
    }

    /** Whether there are records for kernels that read, or do not read, the extended ones. */
    boolean isPresent(boolean readsExtended) {
        return basic != null || (readsExtended && extendedCrcs != null && extendedNames != null);
    }

    /** The CRC in the first record of this name, the extended ones first if they are read. */
    OptionalLong crc(String name, boolean readsExtended) {
        Long crc = readsExtended ? extended().get(name) : null;
        if (crc == null) {
            crc = basic().get(name);
        }
        return crc == null ? OptionalLong.empty() : OptionalLong.of(crc);
    }

    private Map<String, Long> basic() {
        Map<String, Long> known = basicCrcs;
        if (known == null) {
            known = basic == null ? Map.of() : basic(basic);
            basicCrcs = known;
        }
        return known;
    }

    private Map<String, Long> extended() {
        Map<String, Long> known = extendedRecords;
        if (known == null) {
            known = extendedCrcs == null || extendedNames == null ? Map.of() : extended(extendedCrcs, extendedNames);
            extendedRecords = known;
        }
        return known;
    }

    private static Map<String, Long> basic(Section section) {
        ElfFile file = section.file();
        byte[] b = file.array();
        int wordBytes = file.elfClass().wordBytes();
        int count = (int) section.sizeBytes() / RECORD_BYTES;
        Map<String, Long> crcs = new HashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            int at = (int) section.fileOffset() + i * RECORD_BYTES;
            int end = end(b, at + wordBytes, at + RECORD_BYTES);
            if (end == at + RECORD_BYTES) {
                throw new FormatException(
                        Refusal.beyondKernel(section.where() + ": record " + i + ": a name without end"), at);
            }
            crcs.putIfAbsent(name(b, at + wordBytes, end), Pointers.get(b, at, wordBytes, file.isBigEndian()));
        }
        return crcs;
    }

    private static Map<String, Long> extended(Section crcSection, Section nameSection) {
        ElfFile file = crcSection.file();
        byte[] b = file.array();
        int count = (int) crcSection.sizeBytes() / Integer.BYTES;
        int from = (int) nameSection.fileOffset();
        int limit = from + (int) nameSection.sizeBytes();
        Map<String, Long> crcs = new HashMap<>();
        for (int i = 0; i < count; i++) {
            int end = end(b, from, limit);
            if (end == limit) {
                throw new FormatException(
                        Refusal.beyondKernel(nameSection.where() + ": " + i + " names for " + count + " CRCs"), limit);
            }
            int at = (int) crcSection.fileOffset() + i * Integer.BYTES;
            crcs.putIfAbsent(name(b, from, end), Integer.toUnsignedLong(Bytes.getInt(b, at, file.isBigEndian())));
            from = end + 1;
        }
        return crcs;
    }

    /** The place of the first NUL from {@code from} on; {@code limit} if there is none. */
    private static int end(byte[] b, int from, int limit) {
        int end = from;
        while (end < limit && b[end] != 0) {
            end++;
        }
        return end;
    }

    private static String name(byte[] b, int from, int end) {
        return new String(b, from, end - from, StandardCharsets.UTF_8);
    }
}
