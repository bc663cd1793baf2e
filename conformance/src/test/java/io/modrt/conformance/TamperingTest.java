package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.patch.Patch;
import io.modrt.patch.PatchSite;
import io.modrt.policy.LoadPolicy;
import io.modrt.verify.Reason;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is done to a module's memory behind the kernel's back is found. The modules are the bundled ones, loaded by modrt; words are
 * written by hand, with their assembler text.
 */
class TamperingTest {
    private static final long SEED = 20090519;
    private static final long MCOUNT = 0x8010_1234L;
    private static final long PRINTK = 0x8093_ffe8L;
    private static final long FTRACE_CALLER = 0x1019_a494L;

    /** Writable, yet nothing but what loading makes of them. */
    private static final Set<String> COMPUTED_TABLES =
            Set.of("__jump_table", "__ex_table", "__mcount_loc", "__patchable_function_entries");

    /** A loaded module, and its memory. */
    private record Loaded(ModuleRuntime runtime, LiveModule module) {

        static Loaded of(String target, String name) throws IOException {
            return of(target, name, Map.of());
        }

        static Loaded of(String target, String name, Map<RegionKind, Address> bases) throws IOException {
            boolean wide = target.contains("n64");
            KernelSymbols kernel = KernelSymbols.of(Map.of(
                            "_mcount", Address.of(wide ? (int) MCOUNT : MCOUNT),
                            "_printk", Address.of(wide ? (int) PRINTK : PRINTK),
                            "ftrace_caller", Address.of(FTRACE_CALLER),
                            "$global$", Address.of(0x10b6_0000L)))
                    .or(KernelSymbols.synthetic());
            ModuleRuntime runtime =
                    ModuleRuntime.builder().kernelSymbols(kernel).build();
            byte[] file;
            try (InputStream in = Objects.requireNonNull(TamperingTest.class.getResourceAsStream(
                    "/io/modrt/testkit/modules/" + target + "/" + name + ".ko"))) {
                file = in.readAllBytes();
            }
            Placement placement = bases.isEmpty() ? Placement.allocated() : Placement.regions(bases);
            return new Loaded(runtime, runtime.load(ModuleFile.open(file), placement, LoadPolicy.kernelExact()));
        }

        VerificationResult verify() {
            return Verification.of(module.asLoaded()).withoutInit().run(runtime.memory());
        }

        Address symbol(String name) {
            return module.symbol(name).orElseThrow().address();
        }

        private ByteOrder order() {
            return module.file().elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        }

        int word(Address at) {
            byte[] bytes = new byte[4];
            runtime.memory().read(at, bytes, 0, 4);
            return ByteBuffer.wrap(bytes).order(order()).getInt();
        }

        void put(Address at, int... words) {
            for (int i = 0; i < words.length; i++) {
                byte[] bytes =
                        ByteBuffer.allocate(4).order(order()).putInt(words[i]).array();
                runtime.memory().write(at.plus(4L * i), bytes, 0, 4);
            }
        }

        AddressRange core() {
            return module.placed().range(RegionKind.CORE).orElseThrow();
        }

        /** Every word of the core region but those of writable data and of struct module. */
        List<Address> computedWords() {
            List<Address> words = new ArrayList<>();
            for (long offset = 0; offset + 4 <= core().sizeBytes(); offset += 4) {
                Address at = core().start().plus(offset);
                boolean isFree = module.file().elf().sections().stream()
                        .filter(Section::isWritable)
                        .filter(section -> !COMPUTED_TABLES.contains(section.name()) && section.sizeBytes() > 0)
                        .anyMatch(section -> module.placed()
                                .address(section)
                                .filter(start ->
                                        new AddressRange(start, section.sizeBytes()).overlaps(new AddressRange(at, 4)))
                                .isPresent());
                if (!isFree) {
                    words.add(at);
                }
            }
            return words;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mips-o32-be-r2",
                "mips-o32-le-r2",
                "mips-n64-be-r2",
                "mips-n64-le-r2",
                "mips-o32-be-r6",
                "mips-o32-le-r6",
                "mips-n64-be-r6",
                "mips-n64-le-r6",
                "parisc-32",
                "parisc-64"
            })
    void everyComputedWordThatIsFlippedIsReportedAtItsPlace(String target) throws IOException {
        Loaded greeter = Loaded.of(target, "greeter");
        assertEquals(List.of(), greeter.verify().differences());
        Random random = new Random(SEED);
        List<Address> words = greeter.computedWords();
        assertTrue(words.size() > 300, words.size() + " words");
        List<String> expected = new ArrayList<>();
        for (Address at : words) {
            int before = greeter.word(at);
            int after = before ^ 1 << random.nextInt(32);
            greeter.put(at, after);
            expected.add(at + " " + before + " " + after + " " + nearest(greeter, at));
        }

        List<Difference> found = greeter.verify().differences();

        assertEquals(
                expected,
                found.stream()
                        .map(word -> word.address() + " " + word.expected() + " " + word.found() + " "
                                + word.symbol().orElse(""))
                        .toList());
    }

    private static String nearest(Loaded loaded, Address at) {
        return loaded.module
                .symbolAt(at)
                .map(Object::toString)
                .or(() -> loaded.module.stubs().stream()
                        .filter(stub ->
                                new AddressRange(stub.address(), stub.template().sizeBytes()).contains(at))
                        .map(stub -> "stub for " + stub.symbol())
                        .findFirst())
                .orElse("");
    }

    @Test
    void everyWordOnItsOwnIsFoundOnItsOwn() throws IOException {
        Loaded greeter = Loaded.of("mips-o32-le-r2", "greeter");
        for (Address at : greeter.computedWords()) {
            int before = greeter.word(at);
            greeter.put(at, ~before);
            List<Difference> found = greeter.verify().differences();
            assertEquals(
                    List.of(at),
                    found.stream().map(Difference::address).distinct().toList());
            greeter.put(at, before);
        }
        assertTrue(greeter.verify().isClean());
    }

    /** The words of a traced site, from the site's first on: {@code _mcount} at 0x80101234, {@code ftrace_caller} at 0x1019a494. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # target       | function     | first | words                                                        | to
        # lui $3,%hi; addiu $3,$3,%lo
        mips-o32-be-r2 | greet_alloc  |   0   | 3c038010 24631234                                            | _mcount
        mips-o32-le-r2 | greet_alloc  |   0   | 3c038010 24631234                                            | _mcount
        # lui $3,%hi; the daddiu behind it is the compiler's
        mips-n64-le-r2 | greet_alloc  |   0   | 3c038010                                                     | _mcount
        # .word; stw,ma; ldw; bv,n; b,l,n
        parisc-32      | greet_alloc  | -16   | 1019a494 6fc10080 48213fd1 e820c002 e83f1fdf                 | ftrace_caller
        # .dword; ldo; std; ldo; ldd; bve,n; b,l,n
        parisc-64      | greet_alloc  | -28   | 00000000 1019a494 37de0200 73c13e01 34213ff9 50213fc1 e820d002 e83f1fcf | ftrace_caller
        """)
    void aTracedFunctionIsASiteAndAHookedOneIsNot(String target, String function, int first, String text, String to)
            throws IOException {
        Loaded greeter = Loaded.of(target, "greeter");
        Address site = siteOf(greeter, function, first);
        int[] words = Arrays.stream(text.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
        greeter.put(site, words);

        VerificationResult on = greeter.verify();

        assertEquals(List.of(), on.differences());
        assertEquals(
                1, on.sites().get("function tracing: on, to " + to), on.sites().toString());

        int address = words.length == 8 ? 1 : 0; // the word that has the address's upper, or only, bits that matter
        words[address] += 0x10;
        greeter.put(site, words);

        VerificationResult hooked = greeter.verify();

        assertTrue(
                hooked.differences().stream()
                        .anyMatch(word ->
                                word.found() == words[address] && word.why().contains("function tracing")),
                hooked.table());
        assertTrue(hooked.table().contains("unexplained " + site.plus(4L * address)), hooked.table());
    }

    /** A site lies where the table of sites says, in or just in front of its function. */
    private static Address siteOf(Loaded loaded, String function, int first) {
        Address start = loaded.symbol(function);
        if (first < 0) {
            return start.plus(first);
        }
        // mips: the first `b` behind the function's start is the site, switched off: b .+24 on o32, b .+20 on n64
        for (int offset = 0; offset < 64; offset += 4) {
            int word = loaded.word(start.plus(offset));
            if (word == 0x1000_0005 || word == 0x1000_0004) {
                return start.plus(offset);
            }
        }
        throw new AssertionError("no site in " + function);
    }

    /** In reach of {@code _mcount}, a short call; the module of the 2009 report, loaded low enough. */
    @Test
    void aCallThatWasRetargetedIsFound() throws IOException {
        Loaded farcall = Loaded.of(
                "mips-o32-le-r2",
                "farcall",
                Map.of(RegionKind.CORE, Address.of(0x8200_0000L), RegionKind.INIT, Address.of(0x8300_0000L)));
        // the call of farcall_leaf: jal 0x82000000, then another 0x40 bytes on
        Address call = farcall.symbol("farcall_outer").plus(0x2c - 0x18);
        assertEquals(0x0c80_0000, farcall.word(call));
        farcall.put(call, 0x0c80_0010);

        List<Difference> found = farcall.verify().differences();

        assertEquals(1, found.size(), found.toString());
        assertEquals(call, found.get(0).address());
        assertEquals("farcall_outer+0x14", found.get(0).symbol().orElseThrow());
        assertEquals(0x0c80_0000, found.get(0).expected());
        assertEquals(0x0c80_0010, found.get(0).found());
    }

    /** Where {@code greeter_branch} has its branch on {@code greeter_quiet}: its words taken, not, and gone astray. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
        mips-o32-le-r2, 8, 0
        mips-n64-be-r2, 8, 0
        mips-o32-be-r6, 4, 0
        parisc-64,      8, 8000240
        """)
    void aStaticBranchGoesWhereItsKeySaysOrIsFound(String target, int offset, String nop) throws IOException {
        Loaded greeter = Loaded.of(target, "greeter");
        Address site = greeter.symbol("greeter_branch").plus(offset);
        Address key = greeter.symbol("greeter_quiet");
        int taken = greeter.word(site);
        int notTaken = Integer.parseUnsignedInt(nop, 16);
        assertEquals(0, greeter.word(key)); // the branch is of the inverted kind: taken while its key is off
        assertEquals(1, greeter.verify().sites().get("jump label: taken"));

        greeter.put(site, notTaken);
        assertEquals(site, greeter.verify().differences().get(0).address(), "a nop while the key is off");

        greeter.put(key, 1);
        assertEquals(List.of(), greeter.verify().differences());
        assertEquals(2, greeter.verify().sites().get("jump label: not taken"));

        greeter.put(site, taken);
        assertEquals(site, greeter.verify().differences().get(0).address(), "a jump while the key is on");

        MemoryReader withoutKey = without(greeter, new AddressRange(key, 4));
        VerificationResult unknown =
                Verification.of(greeter.module.asLoaded()).withoutInit().run(withoutKey);
        assertEquals(List.of(), unknown.differences());
        assertEquals(1, unknown.words(Reason.UNREADABLE));

        greeter.put(key, 0);
        greeter.put(site, taken ^ 0x20);
        Difference astray = greeter.verify().differences().get(0);
        assertEquals(site, astray.address());
        assertEquals(taken, astray.expected());
        assertTrue(astray.why().startsWith("jump label"), astray.toString());
    }

    private static MemoryReader without(Loaded loaded, AddressRange hole) {
        return (from, into, offset, length) -> {
            if (hole.overlaps(new AddressRange(from, length))) {
                throw new MemoryException(Refusal.of(Errno.EFAULT, "a hole at " + hole));
            }
            loaded.runtime.memory().read(from, into, offset, length);
        };
    }

    @Test
    void aCallersOwnPatchIsASite() throws IOException {
        Loaded greeter = Loaded.of("parisc-32", "greeter");
        Address at = greeter.symbol("greet_alloc").plus(8);
        byte[] before = new byte[4];
        greeter.runtime.memory().read(at, before, 0, 4);
        Patch patch = new Patch(at, before, new byte[] {0x08, 0x00, 0x02, 0x40}); // nop
        greeter.put(at, 0x0800_0240);
        assertEquals(at, greeter.verify().differences().get(0).address());

        VerificationResult result = Verification.of(greeter.module.asLoaded())
                .withoutInit()
                .withSite(PatchSite.of("mine", patch))
                .run(greeter.runtime.memory());

        assertEquals(List.of(), result.differences());
        assertEquals(1, result.sites().get("mine: patched"));
    }

    @Test
    void aCallersOwnTracerIsAnEntry() throws IOException {
        Loaded greeter = Loaded.of("parisc-32", "greeter");
        Address site = greeter.symbol("greet_alloc").plus(-16);
        greeter.put(site, 0x1234_5678, 0x6fc1_0080, 0x4821_3fd1, 0xe820_c002, 0xe83f_1fdf);

        VerificationResult result = Verification.of(greeter.module.asLoaded())
                .withoutInit()
                .withEntry("mine", Address.of(0x1234_5678L))
                .run(greeter.runtime.memory());

        assertEquals(List.of(), result.differences());
        assertEquals(1, result.sites().get("function tracing: on, to mine"));
    }

    /** Whose kernel nobody knows: {@code _mcount} is where its calls go. */
    @Test
    void aMadeUpEntryIsKnown() throws IOException {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                        .kernelSymbols(KernelSymbols.synthetic())
                        .build();
                InputStream in = Objects.requireNonNull(TamperingTest.class.getResourceAsStream(
                        "/io/modrt/testkit/modules/mips-o32-be-r2/greeter.ko"))) {
            LiveModule greeter = runtime.load(ModuleFile.open(in.readAllBytes()));
            Address mcount = greeter.imports().stream()
                    .filter(symbol -> symbol.name().equals("_mcount"))
                    .findFirst()
                    .orElseThrow()
                    .value();
            Ftrace.attach(runtime).trace("say_*", mcount); // say_plain and say_loud

            VerificationResult result = Verification.of(greeter).run(runtime.memory());

            assertEquals(List.of(), result.differences());
            assertEquals(2, result.sites().get("function tracing: on, to _mcount"));
        }
    }

    @Test
    void anEmptyMemoryHoldsNoModule() throws IOException {
        Loaded greeter = Loaded.of("mips-n64-le-r2", "greeter");

        VerificationResult result = Verification.of(greeter.module.asLoaded()).run((from, into, offset, length) -> {
            throw new MemoryException(Refusal.of(Errno.EFAULT, "nothing at " + from));
        });

        assertEquals(result.words(), result.words(Reason.UNREADABLE));
        assertFalse(result.isComplete());
        assertTrue(result.html().contains(" words unreadable</span>"), result.html());
    }
}
