package io.modrt.engine.layout;

import static org.mockito.Mockito.mock;

import io.modrt.address.Address;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlainKernel;
import io.modrt.spi.SymbolValues;
import io.modrt.version.KernelVersion;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** An object of a few sections and symbols, and the kernels that tests lay it out for. */
public final class SmallModule {
    public static final long A = Section.SHF_ALLOC;
    public static final long WA = Section.SHF_WRITE | Section.SHF_ALLOC;
    public static final long AX = Section.SHF_EXECINSTR | Section.SHF_ALLOC;
    public static final int PROGBITS = 1;
    public static final int FUNC = Symbol.STB_GLOBAL << 4 | Symbol.STT_FUNC;
    public static final int OBJECT = Symbol.STB_GLOBAL << 4 | Symbol.STT_OBJECT;

    /** Linux 6.1, packed as Debian's MIPS kernels are. */
    public static final KernelProfile PACKED = profile(6, 1, 192);
    /** Linux 6.12. */
    public static final KernelProfile BY_TYPE = profile(6, 12, 95);

    /** What an architecture adds to a layout that adds nothing. */
    public static final ArchPlan PLAIN = (placed, values) -> ArchLoad.none();

    /** A plan that adds to a layout, and with which no load begins. */
    public abstract static class Sizes implements ArchPlan {
        @Override
        public ArchLoad begin(PlacedSections placed, SymbolValues values) {
            throw new AssertionError("nothing is loaded here");
        }
    }

    private final ElfClass elfClass;
    private final boolean bigEndian;
    private final ElfBytes elf;
    private final StringBuilder names = new StringBuilder("\0");
    private final ByteArrayOutputStream symbols = new ByteArrayOutputStream();
    private byte[] last;

    public SmallModule(ElfClass elfClass, boolean bigEndian) {
        this.elfClass = elfClass;
        this.bigEndian = bigEndian;
        elf = new ElfBytes(elfClass, bigEndian, 8);
        last = elf.symbol(0, 0, 0, 0, 0);
        symbols.writeBytes(last);
    }

    private static KernelProfile profile(int major, int minor, int patch) {
        return kernel(new KernelVersion(major, minor, patch));
    }

    /** A kernel of this version, packed. Everything is stated, so that no test depends on what is assumed. */
    public static KernelProfile kernel(KernelVersion version) {
        KernelProfile profile = KernelProfile.of(version).withPageBytes(4096);
        for (ConfigOption option : ConfigOption.values()) {
            profile = profile.with(option, true);
        }
        return profile.with(ConfigOption.KALLSYMS_ALL, false)
                .with(ConfigOption.STRICT_MODULE_RWX, false)
                .with(ConfigOption.MODULE_SIG, false);
    }

    /** Adds a section with contents; answers its index through the part. */
    public ElfBytes.Part section(String name, long flags, long alignment, byte[] contents) {
        return elf.section(name, PROGBITS, flags, contents).alignment(alignment);
    }

    /** Adds a section of {@code size} bytes of 0xee. */
    public ElfBytes.Part section(String name, long flags, long alignment, int size) {
        byte[] contents = new byte[size];
        Arrays.fill(contents, (byte) 0xee);
        return section(name, flags, alignment, contents);
    }

    /** Adds a section that has no place in the file. */
    public ElfBytes.Part bss(String name, long alignment, long size) {
        return elf.section(name, Section.SHT_NOBITS, WA, new byte[0])
                .alignment(alignment)
                .size(size);
    }

    /** Adds a symbol; one without a name has name offset 0. */
    public SmallModule symbol(String name, long value, int bindingAndType, int section) {
        int nameOffset = name.isEmpty() ? 0 : names.length();
        if (!name.isEmpty()) {
            names.append(name).append('\0');
        }
        last = elf.symbol(nameOffset, value, 0, bindingAndType, section);
        symbols.writeBytes(last);
        return this;
    }

    /** Adds a symbol of value 0 whose name begins at {@code nameOffset} of the string table, within another's. */
    public SmallModule symbolAt(int nameOffset, int bindingAndType, int section) {
        last = elf.symbol(nameOffset, 0, 0, bindingAndType, section);
        symbols.writeBytes(last);
        return this;
    }

    /** Adds the last symbol once more, under the same name. */
    public void again() {
        symbols.writeBytes(last);
    }

    public byte[] words(long... values) {
        return elf.words(values);
    }

    public byte[] ints(int... values) {
        return elf.ints(values);
    }

    /** Adds the symbol and string tables as the last sections; the symbols are aligned to a word. */
    public SmallModule withSymbols() {
        ElfBytes.Part table = elf.section(".symtab", Section.SHT_SYMTAB, 0, symbols.toByteArray())
                .alignment(elfClass.wordBytes())
                .entryBytes(elfClass.symbolBytes());
        table.link(table.index + 1);
        elf.section(".strtab", Section.SHT_STRTAB, 0, names.toString().getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** The object, read back as one that need not be a module. */
    public ModuleFile open() {
        return ModuleFile.open("small.o", elf.bytes(), LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS));
    }

    public SectionLayout layout(KernelProfile profile) {
        return layout(profile, PLAIN);
    }

    /** The object laid out with what {@code plan} adds. */
    public SectionLayout layout(KernelProfile profile, ArchPlan plan) {
        return SectionLayout.of(open(), profile, new RegionRule(profile, new PlainKernel()), plan);
    }

    /** The object's bytes with region k at {@code base} + 0x10000 k; instructions have the byte order of data. */
    public ImageBytes image(KernelProfile profile, long base) {
        return image(profile, base, bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** The same with instructions in {@code codeOrder}. */
    public ImageBytes image(KernelProfile profile, long base, ByteOrder codeOrder) {
        SectionLayout layout = layout(profile);
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        for (RegionKind kind : layout.regions()) {
            bases.put(kind, Address.of(base + 0x10000L * bases.size()));
        }
        SectionAddresses addresses = SectionAddresses.at(layout, new Placement.AtRegions(bases));
        return ImageBytes.of(mock(PlacedSections.class), addresses, codeOrder);
    }
}
