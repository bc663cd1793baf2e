package io.modrt.examples;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of the example's output must find in it. */
class LoadModulesTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(Path... files) {
        return run(List.of(files).stream().map(Path::toString).toList(), false);
    }

    private int run(List<String> arguments, boolean colour) {
        return LoadModules.run(
                arguments,
                new Screen(new PrintStream(output, true, StandardCharsets.UTF_8), colour),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                folder.resolve("pages"));
    }

    private void tell(String... chapters) {
        assertEquals(0, run(List.of(chapters), false), this::errors);
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private void assertSays(String expected) {
        String said = output().lines()
                        .map(String::strip)
                        .map(line -> line.replaceAll(" +", " "))
                        .toList() + "";
        assertTrue(said.contains(expected), () -> "not said: " + expected + "\n" + output());
    }

    private Path bundled(String name) throws IOException {
        String resource = "/io/modrt/testkit/modules/mips-o32-be-r2/" + name;
        Path file = folder.resolve(name);
        try (InputStream bytes = LoadModules.class.getResourceAsStream(resource)) {
            Files.write(file, bytes.readAllBytes());
        }
        return file;
    }

    private Path text(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void aModuleThatIsTextIsRefusedAsAModule() throws IOException {
        assertEquals(1, run(text("page.ko", "<html>not found</html>")));
        assertTrue(errors().startsWith("refused: page.ko: "), errors());
        assertTrue(errors().contains("ELF"), errors());
    }

    @Test
    void withoutFilesItLoadsTheBundledModulesOnEightKernels() {
        assertEquals(0, run());
        assertEquals("", errors());
        // The module area of 32-bit kernels starts at 0xc0000000, that of 64-bit ones at its sign extension. A module
        // of less than a page takes two pages for core and its guard, and as many for init.
        for (String kernel : List.of("mips-o32-be-r2 0xc0000000 0xc0004000", "mips-o32-le-r2 0xc0000000 0xc0004000")) {
            assertSays(kernel);
        }
        for (String kernel : List.of("mips-n64-be-r2", "mips-n64-le-r6")) {
            assertSays(kernel + " 0xffffffffc0000000 0xffffffffc0004000");
        }
        // PA-RISC: where vmalloc starts, on 32 bit behind 8 MB for DMA
        assertAll(() -> assertSays("parisc-32 0x810000 "), () -> assertSays("parisc-64 0x8000 "));
        // AArch64's instructions are little endian in either byte order of data: mov x9, x30, which loading makes of a
        // nop; nop
        for (String kernel : List.of("aarch64-le", "aarch64-be")) {
            assertSays(kernel + " 0xffff800000000000 0xffff80000000b000 173 e9 03 1e aa 1f 20 03 d5");
        }
    }

    /** A first look fits on a page, and says what to do next. */
    @Test
    void theOverviewIsShortAndEndsWithWhatToDoNext() {
        tell();
        List<String> lines = output().lines().toList();
        assertTrue(lines.size() <= 60, () -> lines.size() + " lines");
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120), this::output);
        assertEquals(
                List.of(
                        "1. Two modules on eight kernels",
                        "2. What one word was made of",
                        "3. A module that kernels refused in 2009",
                        "4. Is this memory clean?",
                        "5. Pages to look at",
                        "What next"),
                lines.stream()
                        .filter(line -> line.matches("[1-9]\\. .*|What next"))
                        .toList());
        assertTrue(lines.get(lines.size() - 1).contains("docs/README.md"), this::output);
    }

    /** The word at greet+0x20 is sltiu v0,a0,7; the one that is written there is j 0xc0000108. */
    @Test
    void theOverviewFindsTheWordThatItChanges() throws IOException {
        tell();
        assertAll(
                () -> assertSays(
                        "greeter as loaded: 949 words as in the file, 262 that the kernel changes, 0 unexplained"),
                () -> assertSays("changed: 948 words as in the file, 262 that the kernel changes, 1 unexplained"),
                () -> assertSays("0xc0000020 .text+0x20, greet+0x20: expected 0x2c820007, found 0x08000042"),
                () -> assertSays(folder.resolve("pages/memory.html") + " "));
        String page = Files.readString(folder.resolve("pages/memory.html"));
        assertTrue(page.contains("greet+0x20"), page);
        assertTrue(Files.readString(folder.resolve("pages/modules.html")).contains("visitor"));
    }

    @Test
    void coloursAreForTerminals() {
        tell();
        assertFalse(output().contains("\u001b"), this::output);
        output.reset();
        assertEquals(0, run(List.of(), true));
        assertTrue(output().contains("\u001b[1;36m1. Two modules on eight kernels\u001b[0m"), this::output);
        assertFalse(Screen.hasColour(Map.of("TERM", "xterm", "NO_COLOR", "1")));
        assertFalse(Screen.hasColour(Map.of("TERM", "dumb")));
        assertFalse(Screen.hasColour(Map.of()));
        assertFalse(Screen.hasColour(Map.of("TERM", "xterm"))); // tests have no terminal
    }

    @Test
    void everyChapterCanBeAskedFor() {
        tell("kernels", "descriptors");
        assertSays("Two modules on eight kernels");
        assertSays("A call through a stub, a GOT slot and a descriptor");
        assertEquals(List.of("kernels", "module", "stories", "descriptors"), Chapters.names());
        errors.reset();
        assertEquals(1, run(List.of("storeys"), false));
        assertEquals("no such file: storeys; chapters are kernels, module, stories, descriptors\n", errors());
    }

    @Test
    void oneRelocationIsExplainedWithItsNumbers() {
        tell("module");
        // %hi(0xc0000000) is 0xc000; lui $25 is 0x3c190000.
        assertAll(
                () -> assertSays("symbol greet, S = 0xc0000000, A = 0"),
                () -> assertSays("before 0x3c190000 lui $25,0x0"),
                () -> assertSays("after 0x3c19c000 lui $25,0xc000"));
    }

    @Test
    void theModuleOf2009IsRefusedInTheKernelsWordsAndLoadsWithStubs() {
        tell("stories");
        // %hi and %lo of 0x8027a740: the lower half is negative, so the upper one is rounded up.
        assertAll(
                () -> assertSays("kernel's log module farcall: relocation overflow"),
                () -> assertSays("target 0x8027a740 is outside the segment [0xc0000000, 0xd0000000)"),
                () -> assertSays("0x8f000000 loads"),
                () -> assertSays("0xc0000000 is refused"),
                () -> assertSays("_mcount 0xc0000000 3c198028 lui $25,%hi(_mcount)"),
                () -> assertSays("0xc0000004 2739a740 addiu $25,$25,%lo(_mcount)"),
                () -> assertSays("0xc0000008 03200008 jr $25"),
                () -> assertSays("_printk 0xc000005c 0c000004 jal 0xc0000010 0c000004"));
    }

    /** The trampoline is the first word of the module: a jal there has no bits set but its own. */
    @Test
    void theModuleOf2009IsTracedFromOutOfReach() {
        tell("stories");
        assertAll(
                () -> assertSays("nobody 00000000 nop"),
                () -> assertSays("0x80300000 0c000000 jal 0xc0000000 0xc0000000 -> 0x80300000"),
                () -> assertSays("0x80300400 0c000000 jal 0xc0000000 0xc0000000 -> 0x80300400"));
    }

    /**
     * The numbers of bulky are derived in modrt-parisc's StoriesTest. vast: 24,488 words in front of its second call and 3 behind. The
     * middle of vaster is 0x50000 from its end, where its stub is, and 0x40000 are reached: (0x50000 - 8) / 4 = 0x13ffe.
     */
    @Test
    void theModuleOf2008IsRefusedAsItWasAndLoadsAsItDid() {
        tell("stories");
        assertAll(
                () -> assertSays(
                        "module bulky relocation of symbol bulky_bmap is out of range (0x3ffedfd1 in 17 bits)"),
                () -> assertSays(".text.bulky_bmap+0x1802c R_PARISC_PCREL17F bulky_btree_read_bufs, by a stub"
                        + " -98380 -262144 37.5 %"),
                () -> assertSays("It loads. The first of its 8 stubs:"),
                () -> assertSays("384 KB KERNEL_EXACT in front is refused"),
                () -> assertSays("384 KB FURTHER_REACH both sides loads"),
                () -> assertSays("640 KB FURTHER_REACH both sides is refused"),
                () -> assertSays("module vaster relocation of symbol _printk is out of range (0x13ffe in 17 bits)"),
                () -> assertSays("link up to 0x80000, their own bytes included"));
    }

    /** GNU as: {@code ldil 0x20246,%r1}, the upper 21 bits of 0x10123450, is 20312202; {@code be,n 0x450(%sr4,%r1)} is e02028a2. */
    @Test
    void stubsOfBothWidthsAreShownWordForWord() {
        tell("stories", "descriptors");
        assertAll(
                () -> assertSays("20312202 ldil LR'_printk,%r1"),
                () -> assertSays("e02028a2 be,n RR'_printk(%sr4,%r1)"),
                // ldd 32(%dp),%dp: greet has the fifth slot, and 32 << 1 is 0x40
                () -> assertSays("slot of visitor's GOT 0x12020"),
                () -> assertSays("greet 0x12120 537b0040 ldd LTOFF'greet(%dp),%dp"),
                () -> assertSays("537b0030 ldd 24(%dp),%dp"));
    }

    @Test
    void filesOfTheCallersOwnAreToldApartByTheirContent() throws IOException {
        Path symbols = text("symbols", "8027a740 T _mcount\n8093ffe8 T _printk\n");
        Path versions = text("versions", "0x00000001\tsomething\tvmlinux\tEXPORT_SYMBOL\t\n");
        Path greeter = bundled("greeter.ko");
        assertEquals(1, run(symbols, versions, greeter));
        assertTrue(
                errors().startsWith("refused: greeter: 7 unknown symbols: kfree, _printk, param_ops_charp, jiffies,"),
                this::errors);
        assertTrue(errors().contains("_printk is a symbol of the kernel that it does not export"), this::errors);

        // Without values each import gets a slot of 64 bytes from 0x60000000 on, in the order of the symbol
        // table: kfree, _printk.
        output.reset();
        assertEquals(0, run(versions, greeter, bundled("visitor.ko")));
        assertAll(
                () -> assertSays(
                        "No System.map, kallsyms or vmlinux given: the kernel's symbols get made-up addresses."),
                () -> assertSays("greeter, loaded for Linux 6.1.0"),
                () -> assertSays("greet_alloc 0xc00001c8 greeter"),
                () -> assertSays("_printk 0x60000040 made up"));
    }

    @Test
    void aWeakSymbolThatNobodyHasIsZero() throws IOException {
        Path symbols = text("System.map", """
                8027a740 T _mcount
                8093ffe8 T _printk
                80327ffc T kfree
                80328004 T __kmalloc
                80a07ff8 D param_ops_charp
                80a0fff0 D param_ops_int
                80c88000 D jiffies
                """);
        assertEquals(0, run(symbols, bundled("greeter.ko")), this::errors);
        assertAll(
                () -> assertSays("The kernel's symbols are those of the files given."),
                () -> assertSays("greeter_absent 0x0 nobody: it is weak"),
                () -> assertSays("_printk 0x8093ffe8 the kernel"));
    }

    @Test
    void whatCannotBeLoadedIsOneLineAndStatusOne() throws IOException {
        assertAll(
                () -> assertError("no such file: ", folder.resolve("missing.ko")),
                () -> assertError("cannot read: " + folder + " is a folder", folder),
                () -> assertError("cannot read: no module among ", text("map", "80000000 T _text\n")),
                () -> assertError("refused: empty.ko: has 0 bytes", text("empty.ko", "")),
                () -> assertError(
                        "refused: " + folder.resolve("notes.txt") + ": line 1: ", text("notes.txt", "hello\n")));
    }

    private void assertError(String start, Path... files) {
        errors.reset();
        assertEquals(1, run(files));
        assertTrue(errors().startsWith(start), this::errors);
        assertEquals(1, errors().lines().count(), this::errors);
    }
}
