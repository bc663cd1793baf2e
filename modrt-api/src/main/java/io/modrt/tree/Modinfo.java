package io.modrt.tree;

import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.input.FileAccess;
import io.modrt.input.Input;
import io.modrt.module.Compression;
import io.modrt.policy.LoadLimits;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The {@code tag=value} strings of a module, decoded as ISO 8859-1. Of a file that is not compressed only the headers and the section are
 * read, which for a whole tree is a hundredth of its bytes.
 */
record Modinfo(List<String> strings) {

    private static final String SECTION = ".modinfo";
    private static final int MAGIC = 0x7f45_4c46;
    private static final int START_BYTES = 64;

    /** The values of {@code tag}, in order. */
    List<String> all(String tag) {
        List<String> values = new ArrayList<>();
        for (String string : strings) {
            if (string.length() > tag.length() && string.charAt(tag.length()) == '=' && string.startsWith(tag)) {
                values.add(string.substring(tag.length() + 1));
            }
        }
        return values;
    }

    /** The modules that {@code depends} names, with underscores; empty if the module has no such string. */
    Optional<List<String>> depends() {
        return all("depends").stream()
                .findFirst()
                .map(list -> Arrays.stream(list.split(","))
                        .filter(name -> !name.isEmpty())
                        .map(ModuleTree::normal)
                        .toList());
    }

    /** The strings, without the NULs around them, that lie in {@code sizeBytes} bytes from {@code from} on. */
    static List<String> strings(byte[] bytes, int from, int sizeBytes) {
        List<String> strings = new ArrayList<>();
        int start = from;
        for (int at = from; at <= from + sizeBytes; at++) {
            if (at == from + sizeBytes || bytes[at] == 0) {
                if (at > start) {
                    strings.add(new String(bytes, start, at - start, StandardCharsets.ISO_8859_1));
                }
                start = at + 1;
            }
        }
        return strings;
    }

    /**
     * Reads the strings of the module in {@code file}.
     *
     * @throws io.modrt.error.FormatException if it is no ELF file
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static Modinfo read(Path file) {
        return FileAccess.to(file, "a module's file", () -> inPlace(file))
                .orElseGet(() -> whole(file)); // compressed, or malformed and refused there, or what only ElfFile knows
    }

    private static Optional<Modinfo> inPlace(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            Source source = new Source(channel, channel.size());
            byte[] start = source.read(0, Math.min(START_BYTES, source.sizeBytes()));
            if (start.length == START_BYTES && Bytes.getInt(start, 0, true) == MAGIC) {
                return inPlace(source, start);
            }
        }
        return Optional.empty();
    }

    private static Modinfo whole(Path file) {
        String name = file.toString();
        byte[] image = Compression.unpacked(name, Input.bytes(file, "a module's file", LoadLimits.standard()));
        Optional<Section> section =
                ElfFile.view(name, image, image.length).section(SECTION).filter(Section::hasContents);
        return new Modinfo(section.map(s -> strings(image, (int) s.fileOffset(), (int) s.sizeBytes()))
                .orElse(List.of()));
    }

    /** The strings, read by way of the section headers; empty unless all that is read lies in the file. */
    private static Optional<Modinfo> inPlace(Source source, byte[] start) throws IOException {
        boolean wide = start[4] == ElfClass.ELF64.ident();
        boolean big = start[5] == 2;
        int headerBytes = (wide ? ElfClass.ELF64 : ElfClass.ELF32).sectionHeaderBytes();
        long headersAt = wide ? Bytes.getLong(start, 40, big) : Bytes.getInt(start, 32, big) & 0xffff_ffffL;
        int counts = wide ? 60 : 48;
        int count = Bytes.getShort(start, counts, big) & 0xffff;
        int names = Bytes.getShort(start, counts + 2, big) & 0xffff;
        if (names >= count || !source.holds(headersAt, (long) count * headerBytes)) {
            return Optional.empty();
        }
        byte[] headers = source.read(headersAt, (long) count * headerBytes);
        Optional<byte[]> table = contents(source, headers, names * headerBytes, wide, big);
        if (table.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 1; i < count; i++) {
            if (isNamed(table.get(), Bytes.getInt(headers, i * headerBytes, big))) {
                return contents(source, headers, i * headerBytes, wide, big)
                        .map(bytes -> new Modinfo(strings(bytes, 0, bytes.length)));
            }
        }
        return Optional.of(new Modinfo(List.of()));
    }

    private static boolean isNamed(byte[] table, int at) {
        int end = at + SECTION.length();
        if (at < 0 || end < 0 || end >= table.length || table[end] != 0) {
            return false;
        }
        for (int i = 0; i < SECTION.length(); i++) {
            if (table[at + i] != SECTION.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<byte[]> contents(Source source, byte[] headers, int header, boolean wide, boolean big)
            throws IOException {
        long offset = wide ? Bytes.getLong(headers, header + 24, big) : word(headers, header + 16, big);
        long size = wide ? Bytes.getLong(headers, header + 32, big) : word(headers, header + 20, big);
        if (Bytes.getInt(headers, header + 4, big) == Section.SHT_NOBITS) {
            return Optional.of(new byte[0]);
        }
        return source.holds(offset, size) ? Optional.of(source.read(offset, size)) : Optional.empty();
    }

    private static long word(byte[] bytes, int at, boolean big) {
        return Bytes.getInt(bytes, at, big) & 0xffff_ffffL;
    }

    /** A file of which parts are read. */
    private record Source(SeekableByteChannel channel, long sizeBytes) {

        private boolean holds(long offset, long size) {
            return offset >= 0
                    && size >= 0
                    && offset <= sizeBytes
                    && size <= sizeBytes - offset
                    && size < Integer.MAX_VALUE - 8;
        }

        private byte[] read(long offset, long size) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate((int) size);
            channel.position(offset);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("the file became shorter while it was read");
                }
            }
            return buffer.array();
        }
    }
}
