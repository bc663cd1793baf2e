package io.modrt.export;

import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An executable ELF file that is being put together: segments of bytes at addresses, sections in them or behind them, and symbols. */
final class ElfOutput {
    /** The flag of code in a segment, those of writable and of readable memory. */
    static final int PF_X = 1;

    static final int PF_W = 2;
    static final int PF_R = 4;

    private static final int SHT_PROGBITS = 1;
    private static final int SHT_INIT_ARRAY = 14;
    private static final int SHT_LOPROC = 0x7000_0000;
    private static final int ET_EXEC = 2;
    private static final int PT_LOAD = 1;
    private static final int IDENT_BYTES = 16;

    /** Segments lie in the file as in memory within a page of this size, as loaders of programs want it. */
    private static final int PAGE_BYTES = 4096;

    /** From this number on section headers need a form that not every program reads. */
    private static final int MOST_SECTIONS = Symbol.SHN_LORESERVE - 8;

    private final ElfHeader header;
    private final byte[] ident;
    private final boolean wide;
    private final boolean big;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Part> sections = new ArrayList<>();
    private final List<Named> symbols = new ArrayList<>();
    private long entry;

    /** Bytes at an address. */
    @SuppressWarnings("ArrayRecordComponent") // why: never compared
    private record Segment(int flags, long address, byte[] bytes) {}

    /** A section: its place is in a segment, or it has bytes of its own. */
    @SuppressWarnings("ArrayRecordComponent") // why: never compared
    private record Part(
            String name,
            int type,
            long flags,
            long address,
            long sizeBytes,
            int segment,
            byte[] bytes,
            long alignment) {}

    /** A symbol; of section 0 means that it is absolute. */
    private record Named(String name, long value, long sizeBytes, int info, int section) {
        boolean isLocal() {
            return info >> 4 == Symbol.STB_LOCAL;
        }
    }

    /** Starts a file of the kind of {@code elf}, whose first bytes are {@code identOf}. */
    ElfOutput(ElfHeader header, byte[] identOf) {
        this.header = header;
        this.ident = Arrays.copyOf(identOf, IDENT_BYTES);
        this.wide = header.elfClass() == ElfClass.ELF64;
        this.big = header.isBigEndian();
    }

    /** Whether so many sections can have headers. */
    static boolean areFew(long sections) {
        return sections < MOST_SECTIONS;
    }

    /** Sets the address at which the program begins. */
    void entry(long address) {
        entry = address;
    }

    /** Adds a segment; returns its number. */
    int segment(int flags, long address, byte[] bytes) {
        segments.add(new Segment(flags, address, bytes));
        return segments.size() - 1;
    }

    /** Adds a section of a segment; returns its number, for symbols. */
    int section(String name, Section like, long address, long sizeBytes, int segment) {
        // why: binutils takes a section of a processor's type under the ABI's name alone
        int type = isKept(like.type()) && name.equals(like.name()) ? like.type() : SHT_PROGBITS;
        long flags = like.flags() & (Section.SHF_WRITE | Section.SHF_EXECINSTR) | Section.SHF_ALLOC;
        return add(new Part(name, type, flags, address, sizeBytes, segment, new byte[0], like.alignment()));
    }

    /** Whether a section of this type means the same in a linked file: notes, pointers to constructors, and what the processor's ABI adds. */
    private static boolean isKept(int type) {
        return type == Section.SHT_NOTE || type == SHT_INIT_ARRAY || type >= SHT_LOPROC;
    }

    /** Adds a section of a segment that no file has; returns its number. */
    int section(String name, long flags, long address, long sizeBytes, int segment) {
        return add(
                new Part(name, SHT_PROGBITS, flags | Section.SHF_ALLOC, address, sizeBytes, segment, new byte[0], 1));
    }

    /** Adds a section that is not loaded. */
    void unloaded(String name, byte[] bytes, long alignment) {
        add(new Part(name, SHT_PROGBITS, 0, 0, bytes.length, -1, bytes, alignment));
    }

    private int add(Part part) {
        sections.add(part);
        return sections.size();
    }

    /** How many sections there are. */
    int sectionCount() {
        return sections.size();
    }

    /** Adds a symbol. */
    void symbol(String name, long value, long sizeBytes, int binding, int type, int section) {
        symbols.add(new Named(name, value, sizeBytes, binding << 4 | type, section));
    }

    /** The bytes of the file. */
    byte[] bytes() {
        int ehdr = header.elfClass().headerBytes();
        int phdr = wide ? 56 : 32;
        Out out = new Out();
        out.zeros(ehdr + segments.size() * phdr);
        long[] segmentOffsets = new long[segments.size()];
        for (int i = 0; i < segmentOffsets.length; i++) {
            Segment segment = segments.get(i);
            out.alignTo(PAGE_BYTES, segment.address & (PAGE_BYTES - 1));
            segmentOffsets[i] = out.size();
            out.raw(segment.bytes);
        }
        List<long[]> placed = new ArrayList<>();
        for (Part part : sections) {
            if (part.segment >= 0) {
                placed.add(new long[] {
                    segmentOffsets[part.segment] + part.address - segments.get(part.segment).address, part.sizeBytes
                });
            } else {
                out.alignTo((int) Math.min(part.alignment, PAGE_BYTES), 0);
                placed.add(new long[] {out.size(), part.sizeBytes});
                out.raw(part.bytes);
            }
        }
        return close(out, segmentOffsets, placed);
    }

    private byte[] close(Out out, long[] segmentOffsets, List<long[]> placed) {
        symbols.sort(Comparator.comparing(symbol -> !symbol.isLocal()));
        Names names = new Names();
        Out table = new Out();
        table.zeros(symbolBytes());
        symbols.forEach(symbol -> symbol(table, symbol, names.offset(symbol.name)));
        int locals = 1 + (int) symbols.stream().filter(Named::isLocal).count();
        out.alignTo(Long.BYTES, 0);
        long symtab = out.size();
        out.raw(table.toByteArray());
        long strtab = out.size();
        byte[] strings = names.bytes();
        out.raw(strings);
        Names sectionNames = new Names();
        Out headers = new Out();
        headers.zeros(header.elfClass().sectionHeaderBytes());
        for (int i = 0; i < sections.size(); i++) {
            Part p = sections.get(i);
            header(headers, sectionNames.offset(p.name), new long[] {
                p.type, p.flags, p.address, placed.get(i)[0], placed.get(i)[1], 0, 0, p.alignment, 0
            });
        }
        int count = sections.size() + 4;
        header(headers, sectionNames.offset(".symtab"), new long[] {
            Section.SHT_SYMTAB, 0, 0, symtab, table.size(), count - 2, locals, Long.BYTES, symbolBytes()
        });
        header(headers, sectionNames.offset(".strtab"), new long[] {
            Section.SHT_STRTAB, 0, 0, strtab, strings.length, 0, 0, 1, 0
        });
        int ownName = sectionNames.offset(".shstrtab");
        byte[] shstrings = sectionNames.bytes();
        header(headers, ownName, new long[] {Section.SHT_STRTAB, 0, 0, out.size(), shstrings.length, 0, 0, 1, 0});
        out.raw(shstrings);
        out.alignTo(Long.BYTES, 0);
        long sectionHeaders = out.size();
        out.raw(headers.toByteArray());
        byte[] file = out.toByteArray();
        byte[] start = start(sectionHeaders, count, segmentOffsets);
        System.arraycopy(start, 0, file, 0, start.length);
        return file;
    }

    private int symbolBytes() {
        return header.elfClass().symbolBytes();
    }

    private byte[] start(long sectionHeaders, int count, long[] segmentOffsets) {
        Out out = new Out();
        out.raw(ident);
        out.half(ET_EXEC);
        out.half(header.machine());
        out.word(1);
        out.pointer(entry);
        out.pointer(header.elfClass().headerBytes());
        out.pointer(sectionHeaders);
        out.word(header.flags());
        out.half(header.elfClass().headerBytes());
        out.half(wide ? 56 : 32);
        out.half(segments.size());
        out.half(header.elfClass().sectionHeaderBytes());
        out.half(count);
        out.half(count - 1);
        for (int i = 0; i < segmentOffsets.length; i++) {
            Segment s = segments.get(i);
            out.word(PT_LOAD);
            if (wide) {
                out.word(s.flags);
            }
            out.pointer(segmentOffsets[i]);
            out.pointer(s.address);
            out.pointer(s.address);
            out.pointer(s.bytes.length);
            out.pointer(s.bytes.length);
            if (!wide) {
                out.word(s.flags);
            }
            out.pointer(PAGE_BYTES);
        }
        return out.toByteArray();
    }

    /** A section header of these fields from {@code sh_type} on; flags and what has a target word's size are pointers. */
    private void header(Out out, int name, long[] fields) {
        out.word(name);
        out.word((int) fields[0]);
        for (int i = 1; i < 5; i++) {
            out.pointer(fields[i]);
        }
        out.word((int) fields[5]);
        out.word((int) fields[6]);
        out.pointer(fields[7]);
        out.pointer(fields[8]);
    }

    private void symbol(Out out, Named s, int name) {
        int section = s.section == 0 ? Symbol.SHN_ABS : s.section;
        out.word(name);
        if (!wide) {
            out.word((int) s.value);
            out.word((int) s.sizeBytes);
        }
        out.raw(new byte[] {(byte) s.info, 0});
        out.half(section);
        if (wide) {
            out.pointer(s.value);
            out.pointer(s.sizeBytes);
        }
    }

    /** A string table. */
    private static final class Names {
        private final Map<String, Integer> offsets = new HashMap<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Names() {
            bytes.write(0);
        }

        int offset(String name) {
            return name.isEmpty()
                    ? 0
                    : offsets.computeIfAbsent(name, key -> {
                        int at = bytes.size();
                        bytes.writeBytes(key.getBytes(StandardCharsets.UTF_8));
                        bytes.write(0);
                        return at;
                    });
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    /** Bytes in the order of the target. */
    private final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        int size() {
            return bytes.size();
        }

        void raw(byte[] more) {
            bytes.writeBytes(more);
        }

        void zeros(int count) {
            bytes.writeBytes(new byte[count]);
        }

        /** Goes on to the next offset that is {@code rest} beyond a multiple of {@code alignment}, a power of two. */
        void alignTo(int alignment, long rest) {
            zeros((int) (rest - size()) & (Math.max(alignment, 1) - 1));
        }

        void half(int value) {
            byte[] two = new byte[Short.BYTES];
            Bytes.putShort(two, 0, big, (short) value);
            raw(two);
        }

        void word(int value) {
            byte[] four = new byte[Integer.BYTES];
            Bytes.putInt(four, 0, big, value);
            raw(four);
        }

        void pointer(long value) {
            if (!wide) {
                word((int) value);
                return;
            }
            byte[] eight = new byte[Long.BYTES];
            Bytes.putLong(eight, 0, big, value);
            raw(eight);
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
