package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Rule;
import io.modrt.kernel.ExportKind;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModuleFileTest {
    private static final LoadPolicy ANY_OBJECT = LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS);
    private static final LoadPolicy ANY_NUMBERS = LoadPolicy.kernelExact().relaxed(Rule.EXTENDED_NUMBERING);

    @ParameterizedTest
    @CsvSource({"ELF32, false", "ELF32, true", "ELF64, false", "ELF64, true"})
    void aModuleSaysTheSameInEveryClassAndOrder(ElfClass elfClass, boolean big) {
        byte[] bytes = ModuleBytes.module(elfClass, big);
        ModuleFile module = ModuleFile.open(bytes);

        assertSame(bytes, module.elf().array());
        assertEquals("greeter", module.name());
        assertEquals("greeter", module.toString());
        assertEquals(5, module.symbols().count());
        assertEquals(3, module.thisModule().orElseThrow().index());
        assertEquals(Compression.NONE, module.compression());
        assertEquals(Optional.empty(), module.signature());
        assertEquals(List.of(), module.diagnostics());
        assertTrue(module.hasVersions());
        assertEquals(OptionalLong.of(0x11223344L), module.expectedCrc("module_layout"));
        assertEquals(OptionalLong.empty(), module.expectedCrc("maybe"));
        assertEquals(
                List.of(
                        new Import(3, "printk", OptionalLong.of(0x89abcdefL), false),
                        new Import(4, "maybe", OptionalLong.empty(), true)),
                module.imports());
        assertEquals(
                List.of(new Export("greet", "GREET", ExportKind.GPL, OptionalInt.of(0xcafe0001), 2, 0, 5, 0)),
                module.exports());
    }

    @Test
    void modinfoKeepsRepeatedTagsAndSkipsPadding() {
        ModuleInfo info =
                ModuleFile.open(ModuleBytes.module(ElfClass.ELF32, true)).info();
        assertAll(
                () -> assertEquals(6, info.entries().size()),
                () -> assertEquals("import_ns=A", info.entries().get(2).toString()),
                () -> assertEquals(
                        new ModuleInfo.Entry("flag", ""), info.entries().get(4)),
                () -> assertEquals(List.of("A", "B=C"), info.importNamespaces()),
                () -> assertEquals(Optional.of("A"), info.first("import_ns")),
                () -> assertEquals(List.of("mii"), info.depends()),
                () -> assertEquals(Optional.of("GPL"), info.license()),
                () -> assertEquals(Optional.of(ModuleBytes.VERMAGIC), info.vermagic()),
                () -> assertEquals(Optional.empty(), info.first("lic")),
                () -> assertEquals(Optional.of(""), info.first("flag")),
                () -> assertEquals(List.of(""), info.all("flag")),
                () -> assertEquals(Optional.empty(), info.first("import_ns=B")),
                () -> assertEquals(List.of(), info.all("import_ns=B")),
                () -> assertEquals(Optional.empty(), info.first("")),
                () -> assertEquals(List.of(), info.all("author")));
    }

    @Test
    void oneBufferServesForFileAfterFile() {
        byte[] first = ModuleBytes.with(e -> e.part(ModuleBytes.MODINFO).contents = ElfBytes.strings("name=first\0"));
        byte[] second = ModuleBytes.module(ElfClass.ELF64, false);
        byte[] buffer = new byte[first.length + second.length];
        Arrays.fill(buffer, (byte) 0x1f);
        System.arraycopy(first, 0, buffer, 0, first.length);
        ModuleFile file = ModuleFile.open(buffer, first.length);
        assertEquals("first", file.name());
        assertEquals(first.length, file.elf().lengthBytes());
        assertSame(buffer, file.elf().array());
        assertEquals(2, file.imports().size());

        System.arraycopy(second, 0, buffer, 0, second.length);
        ModuleFile next = ModuleFile.open(buffer, second.length);
        assertEquals("greeter", next.name());
        assertEquals(2, next.imports().size());

        FormatException cut = assertThrows(FormatException.class, () -> ModuleFile.open(buffer, second.length - 1));
        assertEquals(
                assertThrows(FormatException.class, () -> ModuleFile.open(Arrays.copyOf(second, second.length - 1)))
                        .getMessage(),
                cut.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> ModuleFile.open(buffer, buffer.length + 1));
    }

    @Test
    void theNameComesFromModinfoThenFromThisModuleThenFromTheFile() {
        byte[] both = ModuleBytes.with(e -> e.part(ModuleBytes.MODINFO).contents = ElfBytes.strings("name=hello\0"));
        assertEquals("hello", ModuleFile.open(both).name());
        byte[] nameless = ModuleBytes.with(e -> e.part(ModuleBytes.THIS_MODULE).contents = new byte[96]);
        assertEquals("", ModuleFile.open(nameless).name());
        assertEquals(
                "a.ko",
                ModuleFile.open("a.ko", nameless, LoadPolicy.kernelExact()).name());
        byte[] small = ModuleBytes.with(e -> e.part(ModuleBytes.THIS_MODULE).contents = new byte[20]);
        assertEquals(
                "a.ko", ModuleFile.open("a.ko", small, LoadPolicy.kernelExact()).name());
        byte[] unloadedInfo = ModuleBytes.with(e -> {
            e.part(ModuleBytes.MODINFO).contents = ElfBytes.strings("name=hello\0");
            e.part(ModuleBytes.MODINFO).flags = 0;
        });
        assertEquals("greeter", ModuleFile.open(unloadedInfo).name(), "the kernel looks at loaded sections alone");
        assertEquals(
                "hello",
                ModuleFile.open(unloadedInfo, LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS))
                        .name());
    }

    @Test
    void aPathOnAnyFileSystemAndABufferAreReadOnce() throws IOException {
        byte[] bytes = ModuleBytes.module(ElfClass.ELF64, true);
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path path = files.getPath("/lib/modules/greeter.ko");
            Files.createDirectories(path.getParent());
            Files.write(path, bytes);
            ModuleFile module = ModuleFile.open(path);
            Files.delete(path);
            assertEquals("greeter.ko", module.elf().name());
            assertEquals(2, module.imports().size());
            assertEquals(
                    "/lib/modules/greeter.ko: no such file or folder; expected a module's file (.ko, compressed or not)",
                    assertThrows(UncheckedIOException.class, () -> ModuleFile.open(path))
                            .getMessage());
            assertEquals(
                    "/lib/modules: a folder; expected a module's file (.ko, compressed or not)",
                    assertThrows(UncheckedIOException.class, () -> ModuleFile.open(path.getParent()))
                            .getMessage());
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 3);
        buffer.position(2);
        buffer.put(bytes).position(2).limit(2 + bytes.length);
        ModuleFile module = ModuleFile.open(buffer);
        buffer.put(2, new byte[bytes.length]);
        assertEquals(2, buffer.position());
        assertArrayEquals(bytes, module.elf().array());
    }

    @Test
    void aPlainObjectPassesByNameOnly() {
        ElfBytes elf = new ElfBytes(ElfClass.ELF32, true, ElfHeader.EM_MIPS);
        elf.section(".text", 1, 6, new byte[4]);
        byte[] plain = elf.bytes();

        FormatException refusal = assertThrows(FormatException.class, () -> ModuleFile.open(plain));
        assertEquals("no symbols (stripped?); relax Rule.MODULE_SECTIONS to load it", refusal.getMessage());
        assertEquals(Errno.ENOEXEC, refusal.errno());

        ModuleFile object = ModuleFile.open("boot.o", plain, ANY_OBJECT);
        assertAll(
                () -> assertEquals("boot.o", object.name()),
                () -> assertEquals(0, object.symbols().count()),
                () -> assertEquals(List.of(), object.imports()),
                () -> assertEquals(List.of(), object.exports()),
                () -> assertEquals(List.of(), object.info().entries()),
                () -> assertEquals(Optional.empty(), object.thisModule()),
                () -> assertEquals(OptionalLong.empty(), object.expectedCrc("module_layout")),
                () -> assertEquals(
                        List.of(
                                new Diagnostic(Diagnostic.Kind.RELAXED_RULE, "boot.o", "no symbols (stripped?)"),
                                new Diagnostic(
                                        Diagnostic.Kind.RELAXED_RULE,
                                        "boot.o",
                                        "no section .gnu.linkonce.this_module")),
                        object.diagnostics()));
    }

    @Test
    void extendedNumbersPassByNameOnly() {
        byte[] escapes = ModuleBytes.with(ElfBytes::withEscapes);
        FormatException refusal = assertThrows(FormatException.class, () -> ModuleFile.open(escapes));
        assertEquals(
                "section numbers that do not fit the header (e_shnum, e_shstrndx): 12 sections; relax"
                        + " Rule.EXTENDED_NUMBERING to load it",
                refusal.getMessage());
        assertEquals("greeter", ModuleFile.open(escapes, ANY_NUMBERS).name());

        byte[] numbers = ModuleBytes.with(e -> {
            e.part(ModuleBytes.SYMTAB).contents = ElfBytes.join(e.symbol(0, 0, 0, 0, 0), e.symbol(0, 0, 0, 3, 0xffff));
            e.part(ModuleBytes.KSYMTAB_RELOCATIONS).type = 1;
            e.section(".shndx", 18, 0, e.ints(0, 7)).link(ModuleBytes.SYMTAB);
        });
        refusal = assertThrows(FormatException.class, () -> ModuleFile.open(numbers));
        assertEquals(
                "1 symbols whose section number stands in SHT_SYMTAB_SHNDX (SHN_XINDEX); relax"
                        + " Rule.EXTENDED_NUMBERING to load it",
                refusal.getMessage());
        assertEquals(7, ModuleFile.open(numbers, ANY_NUMBERS).symbols().sectionIndex(1));
    }

    /** Two entries of three 4-byte fields each: an architecture whose export tables are relative to themselves. */
    @Test
    void exportsOfFourByteFieldsAreReadIn64BitFilesToo() {
        ElfBytes elf = ModuleBytes.elf(ElfClass.ELF64, false);
        elf.part(ModuleBytes.KSYMTAB).contents = new byte[24];
        elf.part(ModuleBytes.KSYMTAB_RELOCATIONS).contents = ElfBytes.join(
                elf.words(0, 2L, 4),
                elf.words(4, 1L, 0),
                elf.words(8, 1L, 5),
                elf.words(12, 2L, 8),
                elf.words(16, 1L, 6),
                elf.words(20, 1L, 11));
        assertEquals(
                List.of(
                        new Export("greet", "", ExportKind.GPL, OptionalInt.of(0xcafe0001), 2, 4, 5, 0),
                        new Export("GREET", "", ExportKind.GPL, OptionalInt.empty(), 2, 8, 5, 12)),
                ModuleFile.open(elf.bytes()).exports());
    }

    @Test
    void anUpperHalfOfACrcIsKept() {
        ElfBytes elf = ModuleBytes.elf(ElfClass.ELF64, true);
        elf.part(ModuleBytes.VERSIONS).contents =
                ElfBytes.join(elf.words(0x1_89abcdefL), ElfBytes.strings("printk"), new byte[50], new byte[63]);
        ModuleFile module = ModuleFile.open(elf.bytes());
        assertEquals(OptionalLong.of(0x1_89abcdefL), module.imports().get(0).crc());
    }
}
