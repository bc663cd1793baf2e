package io.modrt.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes modules of any size: little-endian o32 files, whose relocations are words of {@code .data} that point to symbols of {@code .text}. */
final class SyntheticModule {
    private static final int HEADER_BYTES = 52;
    private static final int SECTION_BYTES = 40;
    private static final int SYMBOL_BYTES = 16;
    private static final int THIS_MODULE_BYTES = 0x240;
    private static final int PROGBITS = 1;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int REL = 9;
    private static final int WRITE = 1;
    private static final int ALLOC = 2;
    private static final int EXECINSTR = 4;
    private static final int R_MIPS_32 = 2;
    private static final int FIRST_ESCAPED = 0xff00;
    private static final int TEXT = 1;
    private static final int DATA = 2;
    private static final int SYMBOLS = 6;

    private final List<Section> sections = new ArrayList<>();
    private final ByteArrayOutputStream sectionNames = new ByteArrayOutputStream();

    private record Section(int name, int type, int flags, byte[] contents, int link, int info, int entryBytes) {}

    private SyntheticModule() {
        sectionNames.write(0);
    }

    /**
     * How large a module is.
     *
     * @param sections how many data sections it has besides the usual ones
     * @param relocations how many words are relocated
     * @param symbols how many functions it defines
     */
    record Size(int sections, int relocations, int symbols) {}

    /** The file of a module that is called {@code name}. */
    static byte[] bytes(String name, Size size) {
        SyntheticModule module = new SyntheticModule();
        int functions = Math.max(1, size.symbols());
        module.add(".text", PROGBITS, ALLOC | EXECINSTR, new byte[4 * functions]);
        module.add(".data", PROGBITS, ALLOC | WRITE, new byte[4 * Math.max(1, size.relocations())]);
        module.add(".rel.data", REL, 0, relocations(size.relocations(), functions), SYMBOLS, DATA, 8);
        module.add(".modinfo", PROGBITS, ALLOC, info(name));
        module.add(".gnu.linkonce.this_module", PROGBITS, ALLOC | WRITE, new byte[THIS_MODULE_BYTES]);
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        byte[] symbols = symbols(functions, names);
        module.add(".symtab", SYMTAB, 0, symbols, SYMBOLS + 1, 1, SYMBOL_BYTES);
        module.add(".strtab", STRTAB, 0, names.toByteArray());
        for (int i = 0; i < size.sections(); i++) {
            module.add(".data." + i, PROGBITS, ALLOC | WRITE, new byte[4]);
        }
        return module.file();
    }

    private static byte[] info(String name) {
        return ("license=GPL\0intree=Y\0name=" + name + "\0vermagic=6.1.0 SMP mod_unload MIPS32_R2 32BIT \0")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer over(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] relocations(int count, int functions) {
        byte[] bytes = new byte[8 * count];
        ByteBuffer entries = over(bytes);
        for (int i = 0; i < count; i++) {
            entries.putInt(4 * i).putInt((1 + i % functions) << 8 | R_MIPS_32);
        }
        return bytes;
    }

    private static byte[] symbols(int count, ByteArrayOutputStream names) {
        byte[] bytes = new byte[SYMBOL_BYTES * (count + 1)];
        ByteBuffer entries = over(bytes);
        entries.position(SYMBOL_BYTES);
        names.write(0);
        for (int i = 0; i < count; i++) {
            byte globalFunction = 0x12;
            entries.putInt(names.size())
                    .putInt(4 * i)
                    .putInt(4)
                    .put(globalFunction)
                    .put((byte) 0);
            entries.putShort((short) TEXT);
            names.writeBytes(("function_" + i + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        return bytes;
    }

    private void add(String name, int type, int flags, byte[] contents) {
        add(name, type, flags, contents, 0, 0, 0);
    }

    private void add(String name, int type, int flags, byte[] contents, int link, int info, int entryBytes) {
        sections.add(new Section(sectionNames.size(), type, flags, contents, link, info, entryBytes));
        sectionNames.writeBytes((name + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] file() {
        int namesIndex = sections.size() + 1;
        int ownName = sectionNames.size();
        sectionNames.writeBytes(".shstrtab\0".getBytes(StandardCharsets.US_ASCII));
        sections.add(new Section(ownName, STRTAB, 0, sectionNames.toByteArray(), 0, 0, 0));
        int count = sections.size() + 1;
        int contents = sections.stream()
                .mapToInt(section -> section.contents().length + 3 & ~3)
                .sum();
        byte[] bytes = new byte[HEADER_BYTES + contents + SECTION_BYTES * count];
        ByteBuffer file = over(bytes);
        boolean escapes = count >= FIRST_ESCAPED;
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        file.putShort((short) 1).putShort((short) 8).putInt(1); // relocatable, MIPS
        file.putInt(0).putInt(0).putInt(HEADER_BYTES + contents).putInt(0x70001001); // MIPS32R2, o32
        file.putShort((short) HEADER_BYTES).putShort((short) 0).putShort((short) 0);
        file.putShort((short) SECTION_BYTES);
        file.putShort((short) (escapes ? 0 : count));
        file.putShort((short) (escapes ? 0xffff : namesIndex));
        int[] offsets = new int[sections.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = file.position();
            file.put(sections.get(i).contents());
            file.position(file.position() + 3 & ~3);
        }
        for (int word = 0; word < SECTION_BYTES / 4; word++) {
            file.putInt(escapes && word == 5 ? count : escapes && word == 6 ? namesIndex : 0);
        }
        for (int i = 0; i < offsets.length; i++) {
            Section section = sections.get(i);
            file.putInt(section.name())
                    .putInt(section.type())
                    .putInt(section.flags())
                    .putInt(0);
            file.putInt(offsets[i]).putInt(section.contents().length);
            file.putInt(section.link()).putInt(section.info()).putInt(4).putInt(section.entryBytes());
        }
        return bytes;
    }
}
