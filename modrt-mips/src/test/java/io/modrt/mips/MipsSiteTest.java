package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelVersion;
import io.modrt.patch.Patch;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SiteKind.State;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Call sites as GCC compiles them (-pg, with the options that the names tell), their words read off objdump. */
class MipsSiteTest {
    private static final KernelProfile LINUX_6_1 = KernelProfile.of(new KernelVersion(6, 1, 192));
    private static final FtraceTrampoline O32 = new MipsArch.O32().ftrace(LINUX_6_1);
    private static final FtraceTrampoline O32_PLAIN =
            new MipsArch.O32().ftrace(LINUX_6_1.with(ConfigOption.FUNCTION_GRAPH_TRACER, false));
    private static final FtraceTrampoline N64 = new MipsArch.N64().ftrace(LINUX_6_1);
    private static final long SITE = 0xc000_0020L;
    private static final long MCOUNT = 0x8010_a7f0L; // hi 0x8011, lo -0x5810
    private static final long WIDE = 0xffff_ffff_0000_0000L;

    private static int[] words(String text) {
        return Arrays.stream(text.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            # kernel | name                                  | on                                                    | off
            o32      | o32 long call, ra address             | 3c038011 2463a7f0 03e00825 27ac0014 0060f809 27bdfff8 | 10000005 00000000 03e00825 27ac0014 0060f809 27bdfff8
            o32      | o32 long call, ra address             | 3c038011 2463a7f0 03e00825 00006025 0060f809 27bdfff8 | 10000005 00000000 03e00825 00006025 0060f809 27bdfff8
            o32      | o32 long call, ra address, empty slot | 3c038011 2463a7f0 03e00825 27ac0014 27bdfff8 0060f809 00000000 | 10000005 00000000 03e00825 27ac0014 27bdfff8 0060f809 00000000
            plain    | o32 long call                         | 3c038011 2463a7f0 03e00825 0060f809 27bdfff8          | 10000004 00000000 03e00825 0060f809 27bdfff8
            plain    | o32 long call, empty slot             | 3c038011 2463a7f0 03e00825 27bdfff8 0060f809 00000000 | 10000004 00000000 03e00825 27bdfff8 0060f809 00000000
            n64      | n64 long call, ra address             | 3c038011 6463a7f0 03e00825 0060f809 67ac0008          | 10000004 6463a7f0 03e00825 0060f809 67ac0008
            n64      | n64 long call, ra address             | 3c038011 6463a7f0 03e0082d 0060f809 0000602d          | 10000004 6463a7f0 03e0082d 0060f809 0000602d
            n64      | n64 long call, ra address, empty slot | 3c038011 6463a7f0 03e00825 67ac0008 0060f809 00000000 | 10000004 6463a7f0 03e00825 67ac0008 0060f809 00000000
            n64      | n64 long call                         | 3c038011 6463a7f0 03e00825 0060f809 00000000          | 10000004 6463a7f0 03e00825 0060f809 00000000
            o32      | o32 short call, ra address            | 03e00825 27ac0014 0c0429fc 27bdfff8                   | 03e00825 27ac0014 00000000 00000000
            o32      | o32 short call                        | 03e00821 0c0429fc 27bdfff8                            | 03e00821 00000000 00000000
            n64      | n64 short call, ra address            | 03e00825 0c0429fc 67ac0008                            | 03e00825 00000000 67ac0008
            n64      | n64 short call, ra address, empty slot| 03e00825 00006021 0c0429fc 00000000                   | 03e00825 00006021 00000000 00000000
            n64      | n64 short call                        | 03e00825 0c0429fc 00000000                            | 03e00825 00000000 00000000
            """)
    void eachFormIsTold(String kernel, String name, String on, String off) {
        FtraceTrampoline tracing = switch (kernel) {
            case "o32" -> O32;
            case "plain" -> O32_PLAIN;
            default -> N64;
        };
        boolean isShort = name.contains("short");
        long site = isShort ? MCOUNT + 0x100 : SITE;
        long wide = kernel.equals("n64") ? WIDE : 0;
        SiteKind kind = told(tracing, site | wide, words(on)).get(0);
        assertEquals(name, kind.description());
        assertEquals(List.of(kind), told(tracing, site | wide, words(on)));
        assertEquals(List.of(kind), told(tracing, site | wide, words(off)));
        assertEquals(State.ON, kind.state(site | wide, words(on)));
        assertEquals(State.OFF, kind.state(site | wide, words(off)));
        assertEquals(MCOUNT | wide, kind.entry(site | wide, words(on)));
        assertTrue(kind.reaches(site | wide, Address.of(MCOUNT | wide)));

        int[] switched = words(on);
        kind.off(site | wide, switched);
        assertArrayEquals(words(off), switched);
        kind.on(site | wide, switched, MCOUNT | wide);
        assertArrayEquals(words(on), switched);
        for (int stays = 0; stays < switched.length; stays++) {
            boolean changes = words(on)[stays] != words(off)[stays] || (kernel.equals("n64") && !isShort && stays < 2);
            if (!changes && !(name.contains("o32") && stays < 2 && !isShort)) {
                int[] other = words(off);
                other[stays] ^= 0x0040_0000; // another register
                assertEquals(State.FOREIGN, kind.state(site | wide, other), "word " + stays);
            }
        }
    }

    /** The forms that say other than foreign; words behind those given are another function's. */
    private static List<? extends SiteKind> told(FtraceTrampoline tracing, long site, int[] words) {
        int[] all = Arrays.copyOf(words, 16);
        Arrays.fill(all, words.length, 16, 0x0085_1021); // addu $2,$4,$5
        return tracing.kinds().stream()
                .filter(kind -> kind.words() == words.length || kind.words() > words.length)
                .filter(kind -> kind.state(site, Arrays.copyOf(all, kind.words())) != State.FOREIGN)
                .toList();
    }

    @Test
    void aLowerHalfOf0IsANopOnO32() {
        int[] words = words("10000005 00000000 03e00825 00006025 0060f809 27bdfff8");
        MipsSite.O32_LONG_RA.on(SITE, words, 0x8010_0000L);
        assertArrayEquals(words("3c038010 00000000 03e00825 00006025 0060f809 27bdfff8"), words);
        assertEquals(State.ON, MipsSite.O32_LONG_RA.state(SITE, words));
        assertEquals(0x8010_0000L, MipsSite.O32_LONG_RA.entry(SITE, words));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10000005 2463a7f0 03e00825 00006025 0060f809 27bdfff8", // half a switch
                "10000004 00000000 03e00825 00006025 0060f809 27bdfff8", // a branch into the site
                "3c028011 2463a7f0 03e00825 00006025 0060f809 27bdfff8", // another register
                "3c038011 6463a7f0 03e00825 00006025 0060f809 27bdfff8", // n64's addition
                "3c038011 2463a7f0 03e00825 00006025 0060f809 27bdfff0", // another push
            })
    void halfASwitchAndOtherCodeAreForeign(String words) {
        assertEquals(State.FOREIGN, MipsSite.O32_LONG_RA.state(SITE, words(words)));
    }

    @Test
    void aShortCallStaysInTheSegmentOfItsDelaySlot() {
        assertTrue(MipsSite.O32_SHORT.reaches(0xbfff_fffcL, Address.of(0xcfff_fffcL))); // the slot is in the next
        assertFalse(MipsSite.O32_SHORT.reaches(0xbfff_fffcL, Address.of(0xb000_0000L)));
        assertFalse(MipsSite.O32_SHORT.reaches(SITE, Address.of(SITE + 2)));
        assertFalse(MipsSite.N64_SHORT.reaches(WIDE | SITE, Address.of(SITE)));
        assertTrue(MipsSite.O32_LONG.reaches(SITE, Address.of(4)));
        assertTrue(MipsSite.N64_LONG.reaches(WIDE | SITE, Address.of(0x7fff_fffcL)));
        assertFalse(MipsSite.N64_LONG.reaches(WIDE | SITE, Address.of(0x8000_0000L)));
    }

    @Test
    void offTheFirstWordComesFirstAndOnLast() {
        int[] on = words("3c038011 2463a7f0 03e00825 00006025 0060f809 27bdfff8");
        int[] off = words("10000005 00000000 03e00825 00006025 0060f809 27bdfff8");
        Address at = Address.of(SITE);
        assertEquals(
                List.of(new Patch(at.plus(4), 0, 0x2463_a7f0), new Patch(at, 0x1000_0005, 0x3c03_8011)),
                MipsSite.O32_LONG_RA.patches(SITE, off, on, State.ON));
        assertEquals(
                List.of(new Patch(at, 0x3c03_8011, 0x1000_0005), new Patch(at.plus(4), 0x2463_a7f0, 0)),
                MipsSite.O32_LONG_RA.patches(SITE, on, off, State.OFF));
        assertEquals(
                List.of(new Patch(at, 0, 0x0c04_29fc)),
                MipsSite.N64_SHORT.patches(SITE, words("03e00825 0 0"), words("03e00825 0c0429fc 0"), State.ON));
    }

    @Test
    void aTrampolineLoadsTheLiteralBehindIt() {
        // as mipsel-linux-gnu-as assembles: lui $25,%hi(L); lw $25,%lo(L)($25); nop; jalr $0,$25; nop; L is 20 bytes on
        assertArrayEquals(
                words("3c19c001 8f398004 00000000 03200009 00000000"), O32.trampoline(Address.of(0xc000_7ff0L)));
        assertEquals(24, O32.trampolineBytes());
        // L is 32 bytes on: 0xffffffffc0008010
        assertArrayEquals(
                words("3c19c001 df398010 03200009 00000000"), N64.trampoline(Address.of(WIDE | 0xc000_7ff0L)));
        // highest, daddiu higher, dsll 16, daddiu hi, dsll 16, ld lo: L = 0xc000000000008010
        assertArrayEquals(
                words("3c19c000 67390000 0019cc38 67390001 0019cc38 df398010 03200009 00000000"),
                N64.trampoline(Address.of(0xc000_0000_0000_7ff0L)));
        assertEquals(40, N64.trampolineBytes());
    }
}
