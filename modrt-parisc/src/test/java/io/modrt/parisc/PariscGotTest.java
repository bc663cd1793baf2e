package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.Errno;
import io.modrt.error.LayoutException;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GOT, descriptors and stubs of 64-bit modules. Each test works out its addresses by hand in comments. */
class PariscGotTest {
    private static final int LTOFF21L = 34;
    private static final int LTOFF14R = 38;
    private static final int FPTR64 = 64;
    private static final int PCREL22F = 74;
    private static final int BL = 0xe800_a000; // b,l .+8,%rp
    private static final int NOP = 0x0800_0240;
    private static final int ADDIL = 0x2b60_0000; // addil 0,%dp
    private static final int LDD = 0x5035_0000; // ldd 0(%r1),%r21
    private static final long BASE = 0x0081_0000;
    private static final long PRINTK = 0x4030_0010; // the address of its descriptor

    private static DryLoad module() {
        return Loads.module(ElfTarget.PARISC_64)
                .at(BASE)
                .under(Loads.LINUX_2_6_31)
                .exports("printk", PRINTK)
                .exports("jiffies", 0x4040_0000);
    }

    @Test
    void slotsAreReusedAndSharedByLoadsAndStubsInTheOrderOfUse() {
        DryLoad laid = module();
        laid.builder()
                .text(ADDIL, LDD, BL, NOP, BL, NOP, ADDIL, LDD)
                .relocation(".text", 0, LTOFF21L, "jiffies")
                .relocation(".text", 4, LTOFF14R, "jiffies")
                .relocation(".text", 8, PCREL22F, "printk")
                .relocation(".text", 16, PCREL22F, "printk")
                .relocation(".text", 24, LTOFF21L, "jiffies", 8)
                .relocation(".text", 28, LTOFF14R, "jiffies", 8);
        DryLoad.Result result = laid.relocate();

        // 6 relocations ask for slots, 48 bytes; 2 branches get room for 3 stubs of 16 bytes
        assertEquals(48, result.plan().regions().get(0).headBytes());
        assertEquals(BASE + 48 + 48, result.address(".text"));
        assertEquals(
                List.of(0, 0x4040_0000, 0, 0x4030_0010, 0, 0x4040_0008, 0, 0, 0, 0, 0, 0),
                result.wordsAt(RegionKind.CORE, 0, 12));
        assertEquals(List.of("0x810030 -> 0x40300010", "0x810040 -> 0x40300010"), result.stubs());
        assertEquals( // slot 1 is at offset 8, which the short load reaches
                List.of(0x0f70_10db, 0x5361_0020, 0xe820_d000, 0x537b_0030), result.wordsAt(RegionKind.CORE, 0x30, 4));
        assertEquals(LDD, result.word(".text", 4)); // slot 0
        assertEquals(ADDIL, result.word(".text", 24));
        assertEquals(LDD | 0x20, result.word(".text", 28)); // slot 2, at offset 16
    }

    /** Until 2.6.30 the load has one form, with a displacement of 14 bits: 8 goes to bits 4 and up. */
    @Test
    void oldKernelsLoadASlotByOneFormAlone() {
        DryLoad laid = module().under(Loads.LINUX_2_6_29);
        laid.builder()
                .text(ADDIL, LDD, BL, NOP)
                .relocation(".text", 0, LTOFF21L, "jiffies")
                .relocation(".text", 4, LTOFF14R, "jiffies")
                .relocation(".text", 8, PCREL22F, "printk");
        DryLoad.Result result = laid.relocate();
        // 3 slots of 8 bytes and 8 bytes to the descriptors' alignment, then room for 2 stubs
        assertEquals(
                List.of(0x537b_0010, 0x5361_0020, 0xe820_d000, 0x537b_0030), result.wordsAt(RegionKind.CORE, 0x20, 4));
    }

    @Test
    void anOffsetBeyond11BitsGoesToBothHalves() {
        DryLoad laid = module();
        laid.builder().code(".text");
        for (int i = 0; i < 257; i++) {
            laid.builder().text(ADDIL, LDD);
            laid.builder().relocation(".text", 8L * i, LTOFF21L, "jiffies", 16L * i);
            laid.builder().relocation(".text", 8L * i + 4, LTOFF14R, "jiffies", 16L * i);
        }
        DryLoad.Result result = laid.relocate();
        // slot 256 is at offset 2048: LR' = 1, RR' = 0
        assertEquals(ADDIL | 0x1000, result.word(".text", 8 * 256));
        assertEquals(LDD, result.word(".text", 8 * 256 + 4));
        assertEquals(LDD | 0x7f8 << 1, result.word(".text", 8 * 255 + 4));
    }

    @Test
    void onlyWhatIsTheModulesIsCalledWithoutItsOwnGp() {
        DryLoad laid = module().exports("$$mulI", 0x4030_1000).at(RegionKind.INIT, 0x0300_0000);
        laid.builder()
                .text(BL, NOP, BL, NOP, NOP)
                .function("near", ".text", 16)
                .relocation(".text", 0, PCREL22F, "near")
                .relocation(".text", 8, PCREL22F, "$$mulI")
                .initText(BL, NOP)
                .relocation(".init.text", 0, PCREL22F, "near");
        DryLoad.Result result = laid.relocate();

        // 3 slots, rounded to 16 bytes, then room for 3 stubs
        long text = BASE + 0x20 + 0x30;
        assertEquals(text, result.address(".text"));
        assertEquals(0xe800_a010, result.word(".text", 0)); // goes to near directly, 2 words ahead
        assertEquals(
                List.of("0x810020 -> 0x40301000", String.format(Locale.ROOT, "0x3000000 -> 0x%x", text + 16)),
                result.stubs());
        // 0x40301000 >> 11 = 0x80602: bits 19, 10 and 9 go to 11, 2 and 1, bit 1 goes to 13; the rest is 0
        assertEquals(
                List.of(0x2020_2806, 0x3421_0000, 0x5021_0020, 0xe820_d002), result.wordsAt(RegionKind.CORE, 0x20, 4));
        // the stub to near = 0x810060, from the init block 32 MB away; its fourth word is not written
        assertEquals(0xe820_d002, result.wordsAt(RegionKind.INIT, 0, 4).get(2));
        assertEquals(0, result.wordsAt(RegionKind.INIT, 0, 4).get(3));
        assertTrue(result.wordsAt(RegionKind.CORE, 0, 4).stream().allMatch(word -> word == 0), "no slot was used");
    }

    @Test
    void oldKernelsCallDirectlyWithinCoreAndWithinInit() {
        DryLoad laid = module().under(Loads.LINUX_2_6_28).at(RegionKind.INIT, 0x0082_0000);
        laid.builder()
                .text(BL, NOP, BL, NOP, NOP)
                .function("near", ".text", 16)
                .relocation(".text", 0, PCREL22F, "near")
                .relocation(".text", 8, PCREL22F, "starts")
                .code(".text.other")
                .words(BL, NOP);
        laid.builder()
                .relocation(".text.other", 0, PCREL22F, "near")
                .initText(BL, NOP, NOP)
                .function("starts", ".init.text", 8)
                .relocation(".init.text", 0, PCREL22F, "starts");
        DryLoad.Result result = laid.relocate();

        // 4 slots, then room for the 3 stubs of core, then .text; init begins with room for 1 stub
        assertEquals(32 + 48, result.plan().regions().get(0).headBytes());
        assertEquals(16, result.plan().regions().get(1).headBytes());
        assertEquals(BASE + 80, result.address(".text"));
        assertEquals(0x0082_0010, result.address(".init.text"));
        assertEquals(List.of("0x810020 -> 0x820018"), result.stubs());
        assertEquals(0xe800_a010, result.word(".text", 0)); // 2 words from P + 8
        assertEquals(0xe800_a000, result.word(".init.text", 0)); // the next word but one
        // from 0x810064 to 0x810060: -4 - 8 bytes are -3 words
        assertEquals(0xebff_bfed, result.word(".text.other", 0));
    }

    @Test
    void oldKernelsForgetTheAddendOfADirectCall() {
        DryLoad laid = module().under(Loads.LINUX_2_6_28);
        laid.builder()
                .text(BL, NOP, NOP, NOP, NOP)
                .function("near", ".text", 8)
                .relocation(".text", 0, PCREL22F, "near", 8);
        assertEquals(0xe800_a000, laid.relocate().word(".text", 0));
        assertEquals(0xe800_a010, laid.under(Loads.LINUX_2_6_29).relocate().word(".text", 0));
    }

    /** Linux 6.1 counts the first byte behind the module's memory as the module's; here a function pointer holds its address. */
    @ParameterizedTest
    @CsvSource({"6.1, -4, true", "6.1, 0, true", "6.1, 1, false", "6.12, -4, true", "6.12, 0, false"})
    void olderKernelsCountTheByteBehindABlockAsTheModules(String kernel, long fromEnd, boolean isLocal) {
        KernelProfile profile = kernel.equals("6.1") ? Loads.LINUX_6_1 : Loads.LINUX_6_12;
        long address = 0x0180_0000 + fromEnd;
        RegionKind first = kernel.equals("6.1") ? RegionKind.CORE : RegionKind.TEXT;
        DryLoad size = pointer(profile, address, first, BASE);
        DryLoad.Result once = size.relocate();
        long bytes = once.plan().regions().get(0).sizeBytes();
        DryLoad.Result result =
                pointer(profile, address, first, 0x0180_0000 - bytes).relocate();

        long start = result.start(first);
        // there are no slots; the one descriptor is at the start
        assertEquals(isLocal ? start : address, result.pointer(".data", 0));
        assertEquals(
                isLocal ? List.of(0, 0, 0, 0, 0, (int) address, 0, (int) start) : List.of(0, 0, 0, 0, 0, 0, 0, 0),
                result.wordsAt(first, 0, 8));
    }

    private static DryLoad pointer(KernelProfile profile, long address, RegionKind first, long at) {
        DryLoad laid = Loads.module(ElfTarget.PARISC_64)
                .at(0x0900_0000)
                .at(first, at)
                .under(profile)
                .exports("f", address);
        laid.builder().text(NOP).writable(".data").zeros(8);
        laid.builder().relocation(".data", 0, FPTR64, "f");
        return laid;
    }

    @Test
    void descriptorsAreOneForEachFunctionAndLieBehindTheSlots() {
        DryLoad laid = module();
        laid.builder()
                .text(ADDIL, NOP, NOP, NOP)
                .function("f", ".text", 4)
                .function("g", ".text", 8)
                .relocation(".text", 0, LTOFF21L, "jiffies")
                .writable(".data")
                .zeros(32);
        laid.builder()
                .relocation(".data", 0, FPTR64, "g")
                .relocation(".data", 8, FPTR64, "f")
                .relocation(".data", 16, FPTR64, "g")
                .relocation(".data", 24, FPTR64, "printk");
        DryLoad.Result result = laid.relocate();

        // one slot, rounded up to 16 bytes; of 4 descriptors that are counted 2 are used
        assertEquals(16 + 4 * 32, result.plan().regions().get(0).headBytes());
        assertEquals(BASE + 16, result.pointer(".data", 0));
        assertEquals(BASE + 48, result.pointer(".data", 8));
        assertEquals(BASE + 16, result.pointer(".data", 16));
        assertEquals(PRINTK, result.pointer(".data", 24));
        int text = (int) result.address(".text");
        assertEquals(
                List.of(0, 0, 0, 0, 0, text + 8, 0, (int) BASE, 0, 0, 0, 0, 0, text + 4, 0, (int) BASE, 0, 0),
                result.wordsAt(RegionKind.CORE, 16, 18));
    }

    /** The GOT has one slot too many: the limit is 4,095 since 2.6.31, 1,023 before. */
    @ParameterizedTest
    @CsvSource({"2.6.31, 4095, true", "2.6.31, 4096, false", "2.6.29, 1023, true", "2.6.29, 1024, false"})
    void theGotHasALimit(String kernel, int slots, boolean loads) {
        DryLoad laid = module().under(kernel.equals("2.6.29") ? Loads.LINUX_2_6_29 : Loads.LINUX_2_6_31);
        laid.builder().code(".text").zeros(4 * slots);
        for (int i = 0; i < slots; i++) {
            laid.builder().relocation(".text", 4L * i, LTOFF14R, "jiffies", i);
        }
        if (loads) {
            laid.relocate();
        } else {
            LayoutException refused = assertThrows(LayoutException.class, laid::relocate);
            assertEquals(Errno.EINVAL, refused.errno());
            assertEquals(
                    String.format(
                            Locale.ROOT,
                            "m: %d GOT slots are used, and a load reaches %d; split the module",
                            slots,
                            slots - 1),
                    refused.getMessage());
            assertEquals(
                    String.format(
                            Locale.ROOT, "m: Global Offset Table overflow (used %d, allowed %d)", slots, slots - 1),
                    refused.kernelMessage().orElseThrow());
        }
    }

    @Test
    void aSlotForAddress0IsAnErrorWhereTheKernelStopsItself() {
        DryLoad laid = module();
        laid.builder().text(ADDIL).relocation(".text", 0, LTOFF21L, "jiffies", -0x4040_0000);
        RelocationException refused = assertThrows(RelocationException.class, laid::relocate);
        assertTrue(refused.beyondKernel());
        assertEquals(
                "m: .text+0x0: R_PARISC_LTOFF21L against jiffies-0x40400000: a GOT slot for address 0, at which the kernel"
                        + " stops itself (BUG)",
                refused.getMessage());
    }

    @Test
    void whatLdilCutsOffIsToldOfAndRefusedByAStrictPolicy() {
        DryLoad laid = module().exports("$$div", 0x1_4030_1800L);
        laid.builder().text(BL, NOP).relocation(".text", 0, PCREL22F, "$$div");
        List<Diagnostic> told = laid.relocate().relocated().diagnostics().stream()
                .filter(each -> each.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED)
                .toList();
        assertEquals(1, told.size());
        assertEquals(
                "the stub's ldil gives 0x40301800 instead of 0x140301800",
                told.get(0).text());
        assertThrows(
                RelocationException.class,
                () -> laid.with(LoadPolicy.kernelExact().strict()).relocate());
    }

    @Test
    void sharedStubsStillStandForEveryCallThatLeavesTheModule() {
        DryLoad laid = module().with(LoadPolicy.kernelExact().stubs(StubPolicy.SHARED));
        laid.builder()
                .text(BL, NOP, BL, NOP)
                .relocation(".text", 0, PCREL22F, "printk")
                .relocation(".text", 8, PCREL22F, "printk");
        DryLoad.Result result = laid.relocate();
        assertEquals(List.of("0x810010 -> 0x40300010"), result.stubs());
        assertEquals(BASE + 0x10 + 0x20, result.address(".text"));
    }
}
