package io.modrt.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.Location;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * Code is bytes: sites of any length start and end within words. The module's first section is its code, at 0x10000000:
 *
 * <pre>
 * 00  90 90 90              three instructions of one byte
 * 03  0f 1f 44 00 00        a static branch of 5 bytes, not taken; its target is 0x30
 * 08  eb 26                 a static branch of 2 bytes, taken; its target is 0x30
 * 0a  66 90                 one that is not taken; its target is 0x20
 * 0c  90
 * 0d  0f 1f 44 00 00        a traced call; the tracer is at 0x20000000
 * 12  90 ..                 to 0x34
 * </pre>
 */
class ByteVerificationTest {
    private static final long BASE = ByteCodeArch.MODULES;
    private static final long LONG_BRANCH = BASE + 3;
    private static final long JUMP = BASE + 8;
    private static final long SHORT_BRANCH = BASE + 0xa;
    private static final long TRACED = BASE + 0xd;
    private static final long END = 0x132;
    private static final String CODE =
            "909090" + "0f1f440000" + "eb26" + "6690" + "90" + "0f1f440000" + "90".repeat(34);
    private static final long AX = Section.SHF_ALLOC | Section.SHF_EXECINSTR;
    private static final long WA = Section.SHF_ALLOC | Section.SHF_WRITE;

    private static final KernelProfile PROFILE =
            KernelProfile.of(new KernelVersion(6, 1, 0)).with(ConfigOption.STRICT_MODULE_RWX, false);

    private final ModuleRuntime runtime = ModuleRuntime.builder()
            .arch(new ByteCodeArch())
            .profile(PROFILE)
            .kernelSymbols(KernelSymbols.of(Map.of("tracer", Address.of(0x2000_0000))))
            .build();
    private final LiveModule module = load(runtime, false);

    /**
     * Loads .text (at 0), .plt (0x38), .rodata (0x48), __jump_table (0x50), .data (0xf8) and __sites (0x118). The first words of .data are
     * the keys, of 16 bytes each; both are off.
     */
    private static LiveModule load(ModuleRuntime runtime, boolean bigEndian) {
        ElfBytes elf = new ElfBytes(ElfClass.ELF64, bigEndian, ByteCodeArch.MACHINE);
        elf.section(".text", 1, AX, bytes(CODE)).alignment(4);
        elf.section(".plt", 1, WA, new byte[] {0}).alignment(1);
        elf.section(".rodata", 1, Section.SHF_ALLOC, elf.ints(0x01020304, 0x05060708))
                .alignment(8);
        elf.section(".data", 1, WA, elf.words(0, 0, 0, 0)).alignment(8);
        byte[] jumpTable = ElfBytes.join(
                elf.words(LONG_BRANCH, BASE + 0x30, keys()),
                elf.words(JUMP, BASE + 0x30, keys() + 1), // inverted: taken while its key is off
                elf.words(SHORT_BRANCH, BASE + 0x20, keys() + 16),
                elf.words(BASE + 0x33, BASE, keys()), // its code is no branch
                elf.words(0, BASE, keys()), // its code is not in the module
                elf.words(0xffff_ffff_f000_0000L, BASE, keys()),
                elf.words(BASE + END - 2, BASE, keys())); // its code reaches out of the module
        elf.section("__jump_table", 1, WA, jumpTable).alignment(8);
        // the last two bytes begin a branch of 5 bytes
        byte[] sites = ElfBytes.join(elf.words(0, TRACED, BASE + 0x20), new byte[] {0x0f, 0x1f});
        elf.section("__sites", 1, WA, sites).alignment(8);
        ModuleFile file = ModuleFile.open("m", elf.bytes(), policy());
        return runtime.load(file, Placement.regions(Map.of(RegionKind.CORE, Address.of(BASE))), policy());
    }

    private static long keys() {
        return BASE + 0xf8;
    }

    private static LoadPolicy policy() {
        return LoadPolicy.kernelExact().relaxed(Rule.MODULE_SECTIONS);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private void put(long address, String hex) {
        byte[] bytes = bytes(hex);
        runtime.memory().write(Address.of(address), bytes, 0, bytes.length);
    }

    private VerificationResult verify() {
        return Verification.of(module).run(runtime.memory());
    }

    private List<String> differences() {
        return verify().differences().stream()
                .map(difference -> difference.area() + " " + VerificationResult.Difference.hex(difference.expected())
                        + " " + VerificationResult.Difference.hex(difference.found())
                        + (difference.why().isEmpty() ? "" : " " + difference.why()))
                .toList();
    }

    private static PatchSite site(String kind, long address, String... forms) {
        return new PatchSite(
                Address.of(address),
                kind,
                List.of(forms).stream().map(hex -> Form.of(hex, bytes(hex))).toList());
    }

    @Test
    void sitesAreFoundInTheFormsTheyWereLoadedIn() {
        VerificationResult result = verify();

        assertEquals(List.of(), result.differences());
        assertEquals(
                Map.of("jump label: not taken", 2, "jump label: taken", 1, "function tracing: off", 1), result.sites());
        // bytes 3 to b and d to 11: words 0 to 4
        assertEquals(5, result.words(Reason.SITE));
    }

    @Test
    void aBranchOfFiveBytesFollowsItsKeyAcrossAWordBoundary() {
        put(keys(), "01000000"); // both entries of this key
        put(LONG_BRANCH, "e928000000"); // 0x30 - 8
        put(JUMP, "6690");

        VerificationResult result = verify();

        assertEquals(List.of(), result.differences());
        assertEquals(
                Map.of("jump label: not taken", 2, "jump label: taken", 1, "function tracing: off", 1), result.sites());
    }

    @Test
    void aBranchThatIsNotAsItsKeySaysIsWrongInEachOfItsWords() {
        put(LONG_BRANCH, "e928000000");

        assertEquals(
                List.of(
                        ".text 0x0f909090 0xe9909090 jump label, in none of its forms: not taken",
                        ".text+0x4 0x0000441f 0x00000028 jump label, in none of its forms: not taken"),
                differences());
    }

    @Test
    void aBranchOfTwoBytesFollowsItsKey() {
        put(SHORT_BRANCH, "eb14"); // 0x20 - 0xc
        assertEquals(
                List.of(".text+0x8 0x906626eb 0x14eb26eb jump label, in none of its forms: not taken"), differences());

        put(keys() + 16, "01000000");
        assertEquals(List.of(), differences());
    }

    @Test
    void ofTwoSitesInAWordOnlyTheWrongOneIsReported() {
        put(JUMP, "eb27");

        VerificationResult result = verify();

        assertEquals(List.of(".text+0x8 0x906626eb 0x906627eb jump label, in none of its forms: taken"), differences());
        assertEquals(1, result.words(Reason.UNEXPLAINED));
        assertEquals(2, result.sites().get("jump label: not taken"));
    }

    @Test
    void aTracedFunctionCallsTheTracer() {
        put(TRACED, "e8eeffff0f"); // 0x20000000 - 0x10000012

        assertEquals(1, verify().sites().get("function tracing: on, to tracer"));
        assertEquals(List.of(), differences());
    }

    @Test
    void aByteBesideASiteThatDiffersIsUnexplained() {
        put(TRACED, "e8eeffff0f");
        put(BASE + 0xc, "91"); // in front of the call, in its first word
        put(BASE + 0x12, "92"); // behind the call, in its last word

        // the call's own bytes show as they are
        assertEquals(List.of(".text+0xc 0xffeee890 0xffeee891", ".text+0x10 0x90900fff 0x90920fff"), differences());
    }

    @Test
    void aByteBesideASiteInNoneOfItsFormsIsShownWithIt() {
        put(BASE + 2, "9166"); // 66 is the branch's, 91 in front of it is not

        assertEquals(List.of(".text 0x0f909090 0x66919090 jump label, in none of its forms: not taken"), differences());
    }

    @Test
    void aSiteOfTheCallersExcusesItsOwnBytesAlone() {
        put(BASE + 0x15, "a1a2a3"); // 15 to 17
        PatchSite two = site("mine", BASE + 0x16, "9090", "a2a3");

        VerificationResult result = Verification.of(module).withSite(two).run(runtime.memory());

        assertEquals(1, result.differences().size());
        assertEquals(0xa3a29090, result.differences().get(0).expected());
        assertEquals(0xa3a2a190, result.differences().get(0).found());
        assertEquals("", result.differences().get(0).why());
        assertTrue(Verification.of(module)
                .withSite(two)
                .withSite(site("mine too", BASE + 0x15, "a1"))
                .run(runtime.memory())
                .isClean());
    }

    /** What the first form has is not excused where other bytes show that the site is not in it. */
    @Test
    void aSiteThatIsHalfInAFormIsWrongInBothItsWords() {
        put(BASE + 0x16, "a1a2a3ff");
        PatchSite four = site("mine", BASE + 0x16, "a1a2a3a4", "90909090");

        VerificationResult result = Verification.of(module).withSite(four).run(runtime.memory());

        String why = "; mine, in none of its forms: a1a2a3a4; 90909090";
        assertEquals(
                List.of(
                        "0x10000014 .text+0x14: expected 0x90909090, found 0xa2a19090" + why,
                        "0x10000018 .text+0x18: expected 0x9090a4a3, found 0x9090ffa3" + why),
                result.differences().stream().map(Object::toString).toList());
    }

    @Test
    void anAddressOfATableThatIsNoSiteMustBeAsItWasLoaded() {
        put(BASE + 0x20, "0f1f440000"); // the table of sites names it, but it was loaded as other code

        assertEquals(
                List.of(".text+0x20", ".text+0x24"),
                verify().differences().stream()
                        .map(VerificationResult.Difference::area)
                        .toList());
    }

    @Test
    void everyByteThatIsFlippedIsReportedInItsWordAlone() {
        for (long offset = 0; offset < END; offset++) {
            if (offset >= 0xf8 && offset < 0x118) {
                continue; // .data
            }
            byte[] byteThere = new byte[1];
            runtime.memory().read(Address.of(BASE + offset), byteThere, 0, 1);
            runtime.memory().write(Address.of(BASE + offset), new byte[] {(byte) ~byteThere[0]}, 0, 1);

            List<VerificationResult.Difference> found = verify().differences();

            assertEquals(1, found.size(), found.toString());
            assertEquals(Address.of(BASE + (offset & -4)), found.get(0).address());
            int shift = 8 * (int) (offset & 3); // little endian
            assertEquals(0xff << shift, found.get(0).expected() ^ found.get(0).found());
            runtime.memory().write(Address.of(BASE + offset), byteThere, 0, 1);
        }
        assertTrue(verify().isClean());
    }

    @Test
    void aSiteOutsideTheModuleIsRefused() {
        Verification verification = Verification.of(module);

        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> verification.withSite(site("mine", BASE - 1, "9090")));
        assertEquals(
                "mine at 0xfffffff, 2 bytes, does not lie within one region of m, which has CORE [0x10000000, 0x10000132)",
                e.getMessage());
        for (long outside : new long[] {0, BASE - 2, BASE + END - 1, BASE + END, -1}) {
            PatchSite site = site("mine", outside, "9090");
            assertThrows(IllegalArgumentException.class, () -> verification.withSite(site));
        }
        VerificationResult atEnd =
                verification.withSite(site("mine", BASE + END - 2, "0f1f")).run(runtime.memory());
        assertEquals(1, atEnd.sites().get("mine: 0f1f"));
    }

    @Test
    void ofASiteThatIsReadInPartTheRestIsCompared() {
        put(TRACED, "e8eeffff0f");
        MemoryReader hole = without(BASE + 0xc);

        VerificationResult on = Verification.of(module).run(hole);
        assertEquals(List.of(), on.differences());
        assertEquals(Map.of("jump label: not taken", 2, "jump label: taken", 1), on.sites());

        put(BASE + 0x11, "0e"); // the call's last byte
        assertEquals(
                List.of(Address.of(BASE + 0x10)),
                Verification.of(module).run(hole).differences().stream()
                        .map(VerificationResult.Difference::address)
                        .toList());
    }

    @Test
    void aBranchWhoseKeyCannotBeReadMayHaveEitherForm() {
        put(LONG_BRANCH, "e928000000");
        MemoryReader withoutKey = without(keys());

        VerificationResult result = Verification.of(module).run(withoutKey);

        assertEquals(List.of(), result.differences());
        assertEquals(1, result.words(Reason.UNREADABLE));
    }

    private MemoryReader without(long word) {
        AddressRange hole = new AddressRange(Address.of(word), 4);
        return (from, into, offset, length) -> {
            if (hole.overlaps(new AddressRange(from, length))) {
                throw new MemoryException(Refusal.of(Errno.EFAULT, "a hole at " + hole));
            }
            runtime.memory().read(from, into, offset, length);
        };
    }

    @Test
    void aPlaceholderSectionCountsAsItIsLaidOut() {
        assertEquals(Address.of(BASE + 0x38), module.address(".plt").orElseThrow());
        put(BASE + 0x44, "01");

        assertEquals(List.of(".plt+0xc 0x00000000 0x00000001"), differences());
        assertEquals(
                List.of("[0x10000038, 0x10000044)", "[0x10000044, 0x10000048)"),
                verify().spans().stream()
                        .filter(span -> span.area().equals(".plt"))
                        .map(span -> span.range().toString())
                        .toList());
    }

    @Test
    void aByteThatAPlaceholderSectionGainedHasAnAddressButNoPlaceInTheFile() {
        Section plt = module.file().elf().section(".plt").orElseThrow();
        Location gained = module.map().at(Address.of(BASE + 0x45)).orElseThrow();

        assertEquals(new Location(plt, 0xd, OptionalLong.empty(), Optional.of(Address.of(BASE + 0x45))), gained);
        assertEquals(OptionalLong.of(plt.fileOffset()), module.map().at(plt, 0).fileOffset());
        assertEquals(
                Address.of(BASE + 0x38),
                module.map()
                        .atFileOffset(plt.fileOffset())
                        .orElseThrow()
                        .address()
                        .orElseThrow());
        assertEquals(
                ".plt has 16 bytes, none at offset 16",
                assertThrows(IllegalArgumentException.class, () -> module.map().at(plt, 16))
                        .getMessage());
    }

    @Test
    void wordsOfCodeAreShownInTheOrderOfCodeAndOthersInThatOfData() {
        ModuleRuntime other = ModuleRuntime.builder()
                .arch(new ByteCodeArch())
                .profile(PROFILE)
                .build();
        LiveModule big = load(other, true);
        other.memory().write(Address.of(BASE + 0x14), new byte[] {1, 2, 3, 4}, 0, 4);
        other.memory().write(Address.of(BASE + 0x48), new byte[] {1, 2, 3, 5}, 0, 4);

        assertEquals(
                List.of(
                        "0x10000014 .text+0x14: expected 0x90909090, found 0x04030201",
                        "0x10000048 .rodata: expected 0x01020304, found 0x01020305"),
                Verification.of(big).run(other.memory()).differences().stream()
                        .map(Object::toString)
                        .toList());
    }
}
