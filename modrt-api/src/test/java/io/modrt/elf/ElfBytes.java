package io.modrt.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes small ELF files for tests, sound or not: what a test sets is what stands in the file. Shares no code with what reads them. */
public final class ElfBytes {
    private final boolean wide;
    private final ByteOrder order;
    private final int machine;
    private final List<Part> parts = new ArrayList<>();
    private boolean escapes;

    /** One section; fields are written as they are. */
    public static final class Part {
        public final int index;
        public String name = "";
        public int type;
        public long flags;
        public long address;
        public byte[] contents = {};
        public long size = -1;
        public int link;
        public int info;
        public long alignment = 1;
        public long entryBytes;

        Part(int index) {
            this.index = index;
        }

        public Part link(int number) {
            link = number;
            return this;
        }

        public Part info(int number) {
            info = number;
            return this;
        }

        public Part alignment(long bytes) {
            alignment = bytes;
            return this;
        }

        public Part entryBytes(long bytes) {
            entryBytes = bytes;
            return this;
        }

        public Part address(long value) {
            address = value;
            return this;
        }

        public Part size(long bytes) {
            size = bytes;
            return this;
        }
    }

    public ElfBytes(ElfClass elfClass, boolean bigEndian, int machine) {
        this.wide = elfClass == ElfClass.ELF64;
        this.order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.machine = machine;
        section("", 0, 0, new byte[0]).alignment(0);
    }

    /** Writes e_shnum 0 and e_shstrndx SHN_XINDEX, with the numbers in section 0. */
    public ElfBytes withEscapes() {
        escapes = true;
        return this;
    }

    public Part section(String name, int type, long flags, byte[] contents) {
        Part part = new Part(parts.size());
        part.name = name;
        part.type = type;
        part.flags = flags;
        part.contents = contents;
        parts.add(part);
        return part;
    }

    /** Section {@code index} as it was made. */
    public Part part(int index) {
        return parts.get(index);
    }

    /** Words of the file's class: 4 or 8 bytes each. */
    public byte[] words(long... values) {
        byte[] out = new byte[values.length * (wide ? 8 : 4)];
        ByteBuffer b = over(out);
        for (long v : values) {
            word(b, v);
        }
        return out;
    }

    /** Words of 4 bytes. */
    public byte[] ints(int... values) {
        byte[] out = new byte[values.length * 4];
        ByteBuffer b = over(out);
        for (int v : values) {
            b.putInt(v);
        }
        return out;
    }

    /** A symbol of the file's class. */
    public byte[] symbol(int nameOffset, long value, long size, int bindingAndType, int sectionIndex) {
        byte[] out = new byte[wide ? 24 : 16];
        ByteBuffer b = over(out);
        b.putInt(nameOffset);
        if (!wide) {
            b.putInt((int) value).putInt((int) size);
        }
        b.put((byte) bindingAndType).put((byte) 0).putShort((short) sectionIndex);
        if (wide) {
            b.putLong(value).putLong(size);
        }
        return out;
    }

    public static byte[] strings(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    private ByteBuffer over(byte[] out) {
        return ByteBuffer.wrap(out).order(order);
    }

    private void word(ByteBuffer b, long value) {
        if (wide) {
            b.putLong(value);
        } else {
            b.putInt((int) value);
        }
    }

    /** The file: header, contents 16-byte aligned, names, section headers. */
    public byte[] bytes() {
        int headerBytes = wide ? 64 : 52;
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        names.write(0);
        int[] nameOffsets = new int[parts.size() + 1];
        for (Part p : parts) {
            nameOffsets[p.index] = p.name.isEmpty() ? 0 : names.size();
            if (!p.name.isEmpty()) {
                names.writeBytes(strings(p.name + "\0"));
            }
        }
        Part nameTable = new Part(parts.size());
        nameTable.type = 3;
        nameTable.contents = names.toByteArray();
        List<Part> all = new ArrayList<>(parts);
        all.add(nameTable);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int[] offsets = new int[all.size()];
        for (Part p : all) {
            while ((headerBytes + body.size()) % 16 != 0) {
                body.write(0);
            }
            offsets[p.index] = p.index == 0 ? 0 : headerBytes + body.size();
            body.writeBytes(p.contents);
        }
        while ((headerBytes + body.size()) % 16 != 0) {
            body.write(0);
        }
        int headersAt = headerBytes + body.size();
        byte[] out = new byte[headersAt + all.size() * (wide ? 64 : 40)];
        ByteBuffer b = over(out);
        header(b, headersAt, all.size(), nameTable.index);
        b.position(headerBytes);
        b.put(body.toByteArray());
        if (escapes) {
            parts.get(0).size(all.size()).link(nameTable.index);
        }
        for (Part p : all) {
            b.putInt(nameOffsets[p.index]).putInt(p.type);
            word(b, p.flags);
            word(b, p.address);
            word(b, offsets[p.index]);
            word(b, p.size < 0 ? p.contents.length : p.size);
            b.putInt(p.link).putInt(p.info);
            word(b, p.alignment);
            word(b, p.entryBytes);
        }
        return out;
    }

    private void header(ByteBuffer b, int headersAt, int count, int nameTable) {
        b.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1
        });
        b.position(16);
        b.putShort((short) 1).putShort((short) machine).putInt(1);
        word(b, 0);
        word(b, 0);
        word(b, headersAt);
        b.putInt(0x5000_1007)
                .putShort((short) (wide ? 64 : 52))
                .putShort((short) 0)
                .putShort((short) 0);
        b.putShort((short) (wide ? 64 : 40));
        b.putShort((short) (escapes ? 0 : count)).putShort((short) (escapes ? 0xffff : nameTable));
    }
}
