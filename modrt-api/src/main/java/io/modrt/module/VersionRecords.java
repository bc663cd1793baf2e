package io.modrt.module;

import io.modrt.bytes.Pointers;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The CRCs that a module expects of its imports: {@code __versions}, an array of {@code struct modversion_info}, whose 64 bytes are an
 * {@code unsigned long} and a name. Bytes behind the last whole record are ignored, as the kernel does.
 */
final class VersionRecords {
    private static final int RECORD_BYTES = 64;

    private final Map<String, Long> crcs;

    private VersionRecords(Map<String, Long> crcs) {
        this.crcs = crcs;
    }

    static VersionRecords none() {
        return new VersionRecords(Map.of());
    }

    /** The records in {@code section}. */
    static VersionRecords of(Section section) {
        ElfFile file = section.file();
        byte[] b = file.array();
        int wordBytes = file.elfClass().wordBytes();
        int count = (int) section.sizeBytes() / RECORD_BYTES;
        Map<String, Long> crcs = new HashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            int at = (int) section.fileOffset() + i * RECORD_BYTES;
            long crc = Pointers.get(b, at, wordBytes, file.isBigEndian());
            int end = at + wordBytes;
            while (end < at + RECORD_BYTES && b[end] != 0) {
                end++;
            }
            if (end == at + RECORD_BYTES) {
                throw new FormatException(
                        Refusal.beyondKernel(section.where() + ": record " + i + ": a name without end"), at);
            }
            String name = new String(b, at + wordBytes, end - at - wordBytes, StandardCharsets.UTF_8);
            crcs.putIfAbsent(name, crc);
        }
        return new VersionRecords(crcs);
    }

    /** The number of different names. */
    int size() {
        return crcs.size();
    }

    /** The word in the first record of this name. */
    OptionalLong crc(String name) {
        Long crc = crcs.get(name);
        return crc == null ? OptionalLong.empty() : OptionalLong.of(crc);
    }
}
