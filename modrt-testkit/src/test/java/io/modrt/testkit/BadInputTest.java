package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.LayoutException;
import io.modrt.error.MemoryException;
import io.modrt.error.ModrtException;
import io.modrt.error.PolicyException;
import io.modrt.error.RelocationException;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import io.modrt.testkit.sample.SampleArch;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One module, broken in each way that there is: what is raised, with which errno, whether the kernel looks too, what the text
 * names; and memory, allocator, modules and exports are as before. Errnos: Linux 6.1, where it has the check.
 */
class BadInputTest {
    private static final boolean KERNEL = false;
    private static final boolean BEYOND = true;
    private static final int ABS64 = 257;
    private static final int ABS32 = 258;
    private static final int ADRP = 275;
    private static final int CALL26 = 283;
    private static final int LDST64 = 286;
    private static final int EM_MIPS = 8;
    private static final int CRC = 0x1234_5678;

    private static final KernelSymbol PRINTK =
            KernelSymbol.of("_printk", Address.of(0xffff_8000_0765_4320L)).withCrc(CRC);
    private static final Map<String, KernelSymbol> EXPORTS = Map.of(
            "_printk", PRINTK,
            "low", KernelSymbol.of("low", Address.of(0x1000)),
            "odd", KernelSymbol.of("odd", Address.of(0xffff_8000_0765_4321L)),
            "hidden",
                    KernelSymbol.of("hidden", Address.of(0xffff_8000_0765_4328L))
                            .exported(ExportKind.PLAIN, "SECRET"),
            "free", KernelSymbol.of("free", Address.of(0xffff_8000_0765_4330L)).exported(ExportKind.GPL, ""));

    private static KernelModuleBuilder module() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "ferry")
                .withoutPlaceholders()
                .text(0xd503_201f, 0x9400_0000, 0x9000_0000, 0xf940_0000, 0xd65f_03c0)
                .initText(0x9400_0000)
                .data(0, 0, 7, 0)
                .imports("_printk", CRC)
                .crc("module_layout", 1)
                .function("init_module", ".init.text", 0)
                .function("ferry_cross", ".text", 0)
                .object("ferry_trips", ".data", 8)
                .relocation(".text", 4, CALL26, "_printk")
                .relocation(".text", 8, ADRP, "ferry_trips")
                .relocation(".text", 12, LDST64, "ferry_trips")
                .relocation(".data", 0, ABS64, "ferry_cross")
                .exports("ferry_cross", export -> export.crc(2));
        module.elf().zeroed(".bss", 64);
        return module;
    }

    /** A kernel that has a module called boat, which exports {@code row}. */
    private static FakeKernel kernel() {
        KernelSymbols symbols = name -> Optional.ofNullable(EXPORTS.get(name));
        FakeKernel kernel = FakeKernel.of(new SampleArch(), symbols);
        kernel.runtime()
                .load(KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "boat")
                        .text(0xd65f_03c0)
                        .function("row", ".text", 0)
                        .exports("row")
                        .build());
        return kernel;
    }

    private static Arguments row(
            String what,
            Supplier<byte[]> file,
            Class<? extends ModrtException> type,
            Errno errno,
            boolean beyond,
            String text) {
        return Arguments.of(Named.of(what, file), type, errno, beyond, text);
    }

    /** A row whose file is edited after it was built. */
    private static Arguments edited(
            String what,
            Consumer<ElfEdit> change,
            Class<? extends ModrtException> type,
            Errno errno,
            boolean beyond,
            String text) {
        return row(
                what,
                () -> {
                    ElfEdit edit = ElfEdit.of(module().build());
                    change.accept(edit);
                    return edit.build();
                },
                type,
                errno,
                beyond,
                text);
    }

    /** A row whose file is built in another way. */
    private static Arguments built(
            String what,
            Consumer<KernelModuleBuilder> change,
            Class<? extends ModrtException> type,
            Errno errno,
            boolean beyond,
            String text) {
        return row(
                what,
                () -> {
                    KernelModuleBuilder module = module();
                    change.accept(module);
                    return module.build();
                },
                type,
                errno,
                beyond,
                text);
    }

    // spotless:off
    static Stream<Arguments> fileHeader() {
        Class<FormatException> type = FormatException.class;
        return Stream.of(
            row("nothing at all", () -> new byte[0], type, Errno.ENOEXEC, KERNEL, "0 bytes"),
            edited("no ELF file", e -> e.header(ElfField.EI_MAG, 0x7f), type, Errno.ENOEXEC, KERNEL, "not an ELF file"),
            edited("a class that is none", e -> e.header(ElfField.EI_CLASS, 3), type, Errno.ENOEXEC, KERNEL, "EI_CLASS"),
            edited("the other class", e -> e.header(ElfField.EI_CLASS, 1), type, Errno.ENOEXEC, KERNEL, "EI_CLASS"),
            edited("a byte order that is none", e -> e.header(ElfField.EI_DATA, 3), type, Errno.ENOEXEC, BEYOND, "EI_DATA"),
            edited("an executable", e -> e.header(ElfField.E_TYPE, 2), type, Errno.ENOEXEC, KERNEL, "e_type"),
            edited("another machine", e -> e.header(ElfField.E_MACHINE, EM_MIPS), type, Errno.ENOEXEC, KERNEL, "file: machine 8"),
            row("a sound file of the other class", () -> ofEncoding(ElfClass.ELF32, ByteOrder.LITTLE_ENDIAN), type, Errno.ENOEXEC, KERNEL, "file: machine 183, ELF32"),
            row("a sound file of the other order", () -> ofEncoding(ElfClass.ELF64, ByteOrder.BIG_ENDIAN), type, Errno.ENOEXEC, KERNEL, "file: machine 183"),
            edited("section headers of no bytes", e -> e.header(ElfField.E_SHENTSIZE, 0), type, Errno.ENOEXEC, KERNEL, "e_shentsize"),
            edited("section headers behind the file", e -> e.header(ElfField.E_SHOFF, 1 << 20), type, Errno.ENOEXEC, KERNEL, "e_shoff"),
            edited("section headers at -1", e -> e.header(ElfField.E_SHOFF, -1), type, Errno.ENOEXEC, KERNEL, "e_shoff"),
            edited("more sections than the file holds", e -> e.header(ElfField.E_SHNUM, 0xfeff), type, Errno.ENOEXEC, KERNEL, "65279 section headers (e_shnum)"),
            edited("sections counted elsewhere", e -> e.header(ElfField.E_SHNUM, 0).section(0, ElfField.SH_SIZE, e.header(ElfField.E_SHNUM)), type, Errno.ENOEXEC, KERNEL, "e_shnum"),
            edited("2^62 sections counted elsewhere", e -> e.header(ElfField.E_SHNUM, 0).section(0, ElfField.SH_SIZE, 1L << 62), type, Errno.ENOEXEC, KERNEL, "e_shstrndx"),
            edited("no section names", e -> e.header(ElfField.E_SHSTRNDX, 0), type, Errno.ENOEXEC, KERNEL, "e_shstrndx"),
            edited("section names in no section", e -> e.header(ElfField.E_SHSTRNDX, 99), type, Errno.ENOEXEC, KERNEL, "e_shstrndx"));
    }

    static Stream<Arguments> sections() {
        Class<FormatException> type = FormatException.class;
        return Stream.of(
            edited("a section 0 with a type", e -> e.section(0, ElfField.SH_TYPE, 1), type, Errno.ENOEXEC, KERNEL, "section 0"),
            edited("a section behind the file", e -> e.section(".data", ElfField.SH_OFFSET, 1 << 20), type, Errno.ENOEXEC, KERNEL, "section 3: contents are not inside the file"),
            edited("a section that ends behind the file", e -> e.section(".data", ElfField.SH_SIZE, 1 << 20), type, Errno.ENOEXEC, KERNEL, "section 3: contents are not inside the file"),
            edited("a section whose end overflows", e -> e.section(".data", ElfField.SH_SIZE, -1), type, Errno.ENOEXEC, KERNEL, "section 3: contents are not inside the file"),
            edited("a section whose start and end overflow", e -> e.section(".data", ElfField.SH_OFFSET, -8).section(".data", ElfField.SH_SIZE, 16), type, Errno.ENOEXEC, KERNEL, "section 3: contents are not inside the file"),
            edited("loaded sections that overlap", e -> e.section(".data", ElfField.SH_OFFSET, e.section(".text", ElfField.SH_OFFSET) + 8), type, Errno.ENOEXEC, BEYOND, "overlap"),
            edited("an alignment of 3", e -> e.section(".data", ElfField.SH_ADDRALIGN, 3), type, Errno.ENOEXEC, BEYOND, "(.data): alignment (sh_addralign) 0x3"),
            edited("an alignment of 2^63", e -> e.section(".data", ElfField.SH_ADDRALIGN, 1L << 63), type, Errno.ENOEXEC, BEYOND, "(.data): alignment (sh_addralign)"),
            edited("a section's name behind the names", e -> e.section(".data", ElfField.SH_NAME, 1 << 20), type, Errno.ENOEXEC, KERNEL, "section 3"),
            edited("section names without end", e -> e.contents(".shstrtab", e.section(".shstrtab", ElfField.SH_SIZE) - 1, (byte) 'x'), type, Errno.ENOEXEC, KERNEL, "section 17, the name table: its last string has no end"),
            edited("no bytes of section names", e -> e.section(".shstrtab", ElfField.SH_SIZE, 0), type, Errno.ENOEXEC, KERNEL, "section 17, the name table: is empty"),
            edited("a section that links to itself", e -> e.section(".data", ElfField.SH_LINK, e.sectionIndex(".data")), type, Errno.ENOEXEC, BEYOND, "(.data): sh_link leads back to it"),
            edited("links in a circle", e -> e.section(".data", ElfField.SH_LINK, e.sectionIndex(".text")).section(".text", ElfField.SH_LINK, e.sectionIndex(".data")), type, Errno.ENOEXEC, BEYOND, "sh_link leads back to it"),
            edited("modinfo without end", e -> e.contents(".modinfo", e.section(".modinfo", ElfField.SH_SIZE) - 1, (byte) 'x'), type, Errno.ENOEXEC, BEYOND, "(.modinfo): its last string has no end"),
            edited("no struct module", e -> e.section(".gnu.linkonce.this_module", ElfField.SH_NAME, e.section(".text", ElfField.SH_NAME)), type, Errno.ENOEXEC, KERNEL, ".gnu.linkonce.this_module"),
            edited("zeros of 2^40 bytes", e -> e.section(".bss", ElfField.SH_SIZE, 1L << 40), LayoutException.class, Errno.ENOEXEC, BEYOND, "ferry: section 4 .bss: 0x10000000000 bytes"),
            edited("zeros of 256 MB", e -> e.section(".bss", ElfField.SH_SIZE, 1 << 28), LayoutException.class, Errno.ENOEXEC, BEYOND, "ferry: asks for 0x1000"));
    }

    static Stream<Arguments> symbols() {
        return Stream.of(
            edited("no symbol table", e -> e.section(".symtab", ElfField.SH_TYPE, 1), FormatException.class, Errno.ENOEXEC, KERNEL, "symbol"),
            edited("symbols of no bytes", e -> e.section(".symtab", ElfField.SH_ENTSIZE, 0), FormatException.class, Errno.ENOEXEC, BEYOND, "(.symtab)"),
            edited("half a symbol", e -> e.section(".symtab", ElfField.SH_SIZE, 25), FormatException.class, Errno.ENOEXEC, BEYOND, "(.symtab)"),
            edited("strings of the symbols in no section", e -> e.section(".symtab", ElfField.SH_LINK, 99), FormatException.class, Errno.ENOEXEC, KERNEL, "section 15: its strings (sh_link)"),
            edited("strings of the symbols without end", e -> e.contents(".strtab", e.section(".strtab", ElfField.SH_SIZE) - 1, (byte) 'x'), FormatException.class, Errno.ENOEXEC, BEYOND, "(.strtab)"),
            edited("a symbol's name behind the strings", e -> e.symbol("_printk", ElfField.ST_NAME, 1 << 20), FormatException.class, Errno.ENOEXEC, BEYOND, "symbol"),
            edited("a symbol in no section", e -> e.symbol("ferry_trips", ElfField.ST_SHNDX, 99), FormatException.class, Errno.ENOEXEC, KERNEL, "(ferry_trips): is in section 99"),
            edited("a symbol whose section is counted elsewhere", e -> e.symbol("ferry_trips", ElfField.ST_SHNDX, 0xffff), FormatException.class, Errno.ENOEXEC, KERNEL, "SHN_XINDEX"),
            built("a common symbol", m -> m.symbol("shared").common(8), PolicyException.class, Errno.ENOEXEC, KERNEL, "symbol shared is common"),
            built("unknown symbols, all of them", m -> m.imports("first_missing").imports("second_missing"), UnresolvedSymbolsException.class, Errno.ENOENT, KERNEL, "ferry: 2 unknown symbols: first_missing, second_missing"),
            built("another CRC", m -> m.crc("_printk", CRC + 1), PolicyException.class, Errno.EINVAL, KERNEL, "_printk"),
            built("a namespace that is not imported", m -> m.imports("hidden"), PolicyException.class, Errno.EINVAL, KERNEL, "namespace SECRET"),
            built("a GPL-only symbol without the licence", m -> m.license("Proprietary").imports("free"), UnresolvedSymbolsException.class, Errno.ENOENT, KERNEL, "free"),
            built("an export that another module has", m -> m.function("row", ".text", 0).exports("row", export -> export.crc(3)), PolicyException.class, Errno.ENOEXEC, KERNEL, "boat exports"));
    }

    static Stream<Arguments> relocations() {
        return Stream.of(
            edited("relocations of no bytes", e -> e.section(".rela.text", ElfField.SH_ENTSIZE, 0), FormatException.class, Errno.ENOEXEC, BEYOND, "(.rela.text)"),
            edited("half a relocation", e -> e.section(".rela.text", ElfField.SH_SIZE, 25), FormatException.class, Errno.ENOEXEC, BEYOND, "(.rela.text)"),
            edited("relocations with other symbols", e -> e.section(".rela.text", ElfField.SH_LINK, e.sectionIndex(".strtab")), FormatException.class, Errno.ENOEXEC, BEYOND, "(.rela.text): its symbols (sh_link)"),
            edited("an unknown type", e -> e.relocation(".rela.text", 1, ElfField.R_INFO, 1L << 32 | 999), RelocationException.class, Errno.ENOEXEC, KERNEL, "ferry: .text+0x8: type 999"),
            edited("a type that is known but for its upper bits", e -> e.relocation(".rela.text", 1, ElfField.R_INFO, 1L << 32 | 0x10000 | ADRP), RelocationException.class, Errno.ENOEXEC, KERNEL, "ferry: .text+0x8: type 65811"),
            edited("a symbol that is none", e -> e.relocation(".rela.text", 1, ElfField.R_INFO, 99L << 32 | ADRP), RelocationException.class, Errno.ENOEXEC, BEYOND, "ferry: .text+0x8: R_AARCH64_ADR_PREL_PG_HI21 against symbol 99"),
            edited("symbol 2^32 - 1", e -> e.relocation(".rela.text", 1, ElfField.R_INFO, -1L << 32 | ADRP), RelocationException.class, Errno.ENOEXEC, BEYOND, "symbol 4294967295"),
            edited("a place behind its section", e -> e.relocation(".rela.text", 1, ElfField.R_OFFSET, 20), RelocationException.class, Errno.ENOEXEC, BEYOND, "ferry: .text+0x14"),
            edited("a place that ends behind its section", e -> e.relocation(".rela.text", 1, ElfField.R_OFFSET, 17), RelocationException.class, Errno.ENOEXEC, BEYOND, "ferry: .text+0x11"),
            edited("a doubleword that ends behind its section", e -> e.relocation(".rela.data", 0, ElfField.R_OFFSET, 12), RelocationException.class, Errno.ENOEXEC, BEYOND, "ferry: .data+0xc"),
            edited("a place at 2^64 - 4", e -> e.relocation(".rela.text", 1, ElfField.R_OFFSET, -4), RelocationException.class, Errno.ENOEXEC, BEYOND, "ferry: .text+0xfffffffffffffffc"),
            built("a value that does not fit", m -> m.relocation(".text", 8, ADRP, "low"), RelocationException.class, Errno.ENOEXEC, KERNEL, "ferry: .text+0x8: R_AARCH64_ADR_PREL_PG_HI21 against low+0x0: value"),
            built("a value that does not fit a word", m -> m.relocation(".data", 8, ABS32, "_printk"), RelocationException.class, Errno.ENOEXEC, KERNEL, "ferry: .data+0x8: R_AARCH64_ABS32 against _printk+0x0: value 0xffff800007654320"),
            built("a target that is not aligned", m -> m.relocation(".init.text", 0, CALL26, "odd"), RelocationException.class, Errno.ENOEXEC, KERNEL, "ferry: .init.text+0x0: R_AARCH64_CALL26 against odd+0x0: target 0xffff800007654321 is not a multiple of 4"),
            row("addends in place, where the kernel takes none", () -> withAddendsInPlace(), FormatException.class, Errno.ENOEXEC, KERNEL, "REL relocations"));
    }

    static Stream<Arguments> modules() {
        return Stream.of(
            row("a module that is there", () -> KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "boat").text(0).build(), StateException.class, Errno.EEXIST, KERNEL, "boat: a module of this name is loaded"),
            built("another vermagic", m -> m.vermagic("6.1.0 preempt mod_unload "), PolicyException.class, Errno.ENOEXEC, KERNEL, "version magic '6.1.0 preempt mod_unload ' should be '" + KernelModuleBuilder.VERMAGIC + "'"),
            built("a livepatch", m -> m.info("livepatch", "Y"), PolicyException.class, Errno.ENOEXEC, KERNEL, "livepatch"),
            built("a section both writable and executable", m -> m.elf().section(".both", 1, 7).words(0), FormatException.class, Errno.ENOEXEC, KERNEL, "(.both): is writable and executable"),
            built("per-CPU data that no area has room for", m -> m.elf().zeroed(".data..percpu", 1 << 25), MemoryException.class, Errno.ENOMEM, KERNEL, "no room for 0x2000000 bytes"));
    }
    // spotless:on

    private static byte[] ofEncoding(ElfClass elfClass, ByteOrder order) {
        ElfTarget target = ElfTarget.AARCH64_LE;
        return KernelModuleBuilder.of(
                        new ElfTarget(
                                new ElfEncoding(elfClass, order),
                                target.machine(),
                                0,
                                target.addends(),
                                target.tables()),
                        "ferry")
                .text(0)
                .build();
    }

    private static byte[] withAddendsInPlace() {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE.withAddends(AddendKind.IN_PLACE), "ferry")
                .text(0)
                .relocation(".text", 0, CALL26, "_printk")
                .build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"fileHeader", "sections", "symbols", "relocations", "modules"})
    void isRefusedAndLeavesNoTrace(
            Supplier<byte[]> file, Class<? extends ModrtException> type, Errno errno, boolean beyond, String text) {
        byte[] bytes = file.get();
        FakeKernel kernel = kernel();
        FakeKernel.State before = kernel.state();
        ModrtException refused =
                assertThrows(ModrtException.class, () -> kernel.runtime().load(bytes));
        String message = String.valueOf(refused.getMessage());
        assertAll(
                () -> assertEquals(type, refused.getClass(), message),
                () -> assertEquals(errno, refused.errno(), message),
                () -> assertEquals(beyond, refused.beyondKernel(), message),
                () -> assertTrue(message.contains(text), message),
                () -> assertEquals(before, kernel.state(), message));
    }

    /** boat took two ranges, its core and its init; ferry wants two more. */
    @ParameterizedTest(name = "allocation {0} fails")
    @ValueSource(ints = {3, 4})
    void isRefusedWhereTheAddressRangeIsFull(int allocation) {
        FakeKernel kernel = kernel();
        kernel.allocator().failAllocation(allocation);
        FakeKernel.State before = kernel.state();
        MemoryException refused =
                assertThrows(MemoryException.class, () -> kernel.runtime().load(module().build()));
        assertEquals(Errno.ENOMEM, refused.errno());
        assertFalse(refused.beyondKernel());
        assertTrue(refused.getMessage().contains("[0xffff800000000000, 0xffff800008000000)"), refused.getMessage());
        assertEquals(before, kernel.state());
    }

    /** Of six pages the core takes four and its guard one; init wants two. Afterwards five in a row are free again. */
    @Test
    void aFullAreaOfTheBuiltInAllocatorIsGivenBackWhole() {
        AddressRange area = new AddressRange(Address.of(0xffff_8000_0000_0000L), 6 * 0x1000);
        ModuleAllocator allocator = ModuleAllocator.over(area, 0x1000);
        ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new SampleArch())
                .kernelSymbols(name -> Optional.ofNullable(EXPORTS.get(name)))
                .allocator(allocator)
                .build();
        MemoryException refused = assertThrows(MemoryException.class, () -> runtime.load(module().build()));
        assertEquals(Errno.ENOMEM, refused.errno());
        assertEquals(
                area.start(),
                allocator.allocate(5 * 0x1000, Permission.READ_WRITE).start());
    }

    @Test
    void theUnbrokenModuleLoads() {
        assertEquals("ferry", kernel().runtime().load(module().build()).name());
    }

    /** The section headers stand at the end, so that none of the shorter files is whole. */
    @Test
    void isRefusedWhereverItIsCutOff() {
        byte[] whole = module().build();
        FakeKernel kernel = kernel();
        FakeKernel.State before = kernel.state();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = ElfEdit.of(whole).truncated(length).build();
            FormatException refused = assertThrows(
                    FormatException.class, () -> kernel.runtime().load(cut), () -> "cut to " + cut.length + " bytes");
            assertEquals(Errno.ENOEXEC, refused.errno(), () -> "cut to " + cut.length + " bytes");
        }
        assertEquals(before, kernel.state());
    }
}
