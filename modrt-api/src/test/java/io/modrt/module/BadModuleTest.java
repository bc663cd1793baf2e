package io.modrt.module;

import static io.modrt.elf.ElfBytes.strings;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.elf.ElfBytes;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.policy.LoadPolicy;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are sound ELF, but no sound module: what the kernel (6.1) refuses, and what it takes on trust. */
class BadModuleTest {
    private static final boolean KERNEL = false;
    private static final boolean BEYOND = true;

    private static Arguments row(String what, boolean beyond, Consumer<ElfBytes> change, String message) {
        return Arguments.of(Named.of(what, change), beyond, message);
    }

    // spotless:off
    static Stream<Arguments> bad() {
        return Stream.of(
            row("section 0 has a type", KERNEL, e -> e.part(0).type = 1,
                "bad.ko: section 0: type 1, size 0x0, address 0x0: all of them are 0 in an ELF file"),
            row("section 0 has a size", KERNEL, e -> e.part(0).size(8),
                "bad.ko: section 0: type 0, size 0x8, address 0x0: all of them are 0 in an ELF file"),
            row("section 0 has an address", KERNEL, e -> e.part(0).address(16),
                "bad.ko: section 0: type 0, size 0x0, address 0x10: all of them are 0 in an ELF file"),
            row("no symbols", KERNEL, e -> { e.part(9).type = 1; e.part(6).type = 1; },
                "bad.ko: no symbols (stripped?); relax Rule.MODULE_SECTIONS to load it"),
            row("no struct module", KERNEL, e -> e.part(3).name = ".data",
                "bad.ko: no section .gnu.linkonce.this_module; relax Rule.MODULE_SECTIONS to load it"),
            row("struct module is not loaded", KERNEL, e -> e.part(3).flags = 1,
                "bad.ko: no section .gnu.linkonce.this_module; relax Rule.MODULE_SECTIONS to load it"),
            row("second symbol table without strings", KERNEL, e -> e.section(".symtab2", 2, 0, new byte[0]).link(99),
                "bad.ko: section 11: its strings (sh_link) are in section 99 of 13"),
            row("alignment 12", BEYOND, e -> e.part(1).alignment(12),
                "bad.ko: section 1 (.text): alignment (sh_addralign) 0xc is not a power of two up to 0x80000000"),
            row("modinfo without end", BEYOND, e -> e.part(2).contents = strings("license=GPL"),
                "bad.ko: section 2 (.modinfo): its last string has no end"),
            row("link to itself", BEYOND, e -> e.part(1).link(1),
                "bad.ko: section 1 (.text): sh_link leads back to it"),
            row("links in a circle", BEYOND, e -> { e.part(10).link(4); e.part(4).link(9); },
                "bad.ko: section 4 (__versions): sh_link leads back to it"),
            row("loaded sections overlap", BEYOND, e -> e.part(1).size(17),
                "bad.ko: section 2 (.modinfo): its contents at 0x50 overlap those of section 1 (.text), 0x40 up to 0x51"),
            row("relocations of other symbols", BEYOND, e -> e.part(6).link(10),
                "bad.ko: section 6 (.relocations): its symbols (sh_link) are in section 10, the symbol table is section 9 (.symtab)"),
            row("version without end", BEYOND, e -> e.part(4).contents = strings("x".repeat(64)),
                "bad.ko: section 4 (__versions): record 0: a name without end"),
            row("exports that nothing relocates", BEYOND, e -> e.part(6).type = 1,
                "bad.ko: section 5 (__ksymtab_gpl): has no relocations, which would say what it exports"),
            row("export without a value", BEYOND, e -> e.part(6).contents = e.ints(4, 0x102, 8, 0x102),
                "bad.ko: section 5 (__ksymtab_gpl): entry 0 of 3 fields: its value is not relocated"),
            row("export without a name", BEYOND, e -> e.part(6).contents = e.ints(0, 0x202, 8, 0x102),
                "bad.ko: section 5 (__ksymtab_gpl): entry 0 of 3 fields: its name is not relocated"),
            row("export of a symbol that is none", BEYOND, e -> e.part(6).contents = e.ints(0, 0x502, 4, 0x102),
                "bad.ko: section 5 (__ksymtab_gpl): field 0: relocated against symbol 5, there are 5"),
            row("name of an undefined symbol", BEYOND, e -> e.part(6).contents = e.ints(0, 0x202, 4, 0x302),
                "bad.ko: section 5 (__ksymtab_gpl): field 1: refers to section 0, which has no contents in this file"),
            row("name behind the strings", BEYOND, e -> e.part(5).contents = e.ints(0, 12, 0),
                "bad.ko: section 5 (__ksymtab_gpl): field 1: a string at 0xc of 8 (__ksymtab_strings), which has 0xc bytes"),
            row("name in front of the strings", BEYOND, e -> e.part(5).contents = e.ints(0, -1, 0),
                "bad.ko: section 5 (__ksymtab_gpl): field 1: a string at 0xffffffffffffffff of 8 (__ksymtab_strings), which has 0xc bytes"),
            row("namespace without end", BEYOND, e -> e.part(8).contents = strings("greet\0GREET"),
                "bad.ko: section 5 (__ksymtab_gpl): field 2: a string without end at 0x6 of 8 (__ksymtab_strings)"));
    }
    // spotless:on

    @ParameterizedTest
    @MethodSource("bad")
    void aBadModuleIsRefusedWithThePlaceAndTheNumbers(Consumer<ElfBytes> change, boolean beyond, String message) {
        byte[] bytes = ModuleBytes.with(change);
        FormatException refusal = assertThrows(FormatException.class, () -> {
            ModuleFile module = ModuleFile.open("bad.ko", bytes, LoadPolicy.kernelExact());
            module.imports();
            module.exports();
        });
        assertAll(
                () -> assertEquals(message, refusal.getMessage()),
                () -> assertEquals(Errno.ENOEXEC, refusal.errno()),
                () -> assertEquals(beyond, refusal.beyondKernel()));
    }
}
