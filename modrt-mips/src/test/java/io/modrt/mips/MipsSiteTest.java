package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.patch.Patch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SiteKind.State;
import io.modrt.spi.Width;
import io.modrt.testkit.ElfTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Call sites that GCC compiled with {@code -pg} and the options that their names say; the words are from objdump. */
class MipsSiteTest {
    private static final KernelProfile PLAIN = Kernels.LINUX_6_1.with(ConfigOption.FUNCTION_GRAPH_TRACER, false);
    private static final PlacedSections PLACED = mock(PlacedSections.class);
    private static final long SITE = 0xc000_0020L;
    private static final long MCOUNT = 0x8010_a7f0L; // hi 0x8011, lo -0x5810
    private static final long WIDE = 0xffff_ffff_0000_0000L;

    /** The instructions that objdump prints, in the byte order of a big-endian kernel. */
    private static byte[] words(String text) {
        return words(ByteOrder.BIG_ENDIAN, text);
    }

    private static byte[] words(ByteOrder order, String text) {
        String[] words = text.split(" ");
        ByteBuffer code = ByteBuffer.allocate(words.length * Integer.BYTES).order(order);
        for (String word : words) {
            code.putInt(Integer.parseUnsignedInt(word, 16));
        }
        return code.array();
    }

    private static MipsSite.InKernel bigEndian(MipsSite form) {
        ElfTarget target = form.name().startsWith("O32") ? ElfTarget.MIPS_O32_BE : ElfTarget.MIPS_N64_BE;
        return new MipsSite.InKernel(form, (MipsTracing) Kernels.of(target).tracing());
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
        told(
                ByteOrder.BIG_ENDIAN,
                switch (kernel) {
                    case "o32" -> Kernels.of(ElfTarget.MIPS_O32_BE);
                    case "plain" -> Kernels.of(ElfTarget.MIPS_O32_BE, PLAIN);
                    default -> Kernels.of(ElfTarget.MIPS_N64_BE);
                },
                name,
                on,
                off);
        told(
                ByteOrder.LITTLE_ENDIAN,
                switch (kernel) {
                    case "o32" -> Kernels.of(ElfTarget.MIPS_O32_LE);
                    case "plain" -> Kernels.of(ElfTarget.MIPS_O32_LE, PLAIN);
                    default -> Kernels.of(ElfTarget.MIPS_N64_LE);
                },
                name,
                on,
                off);
    }

    private static void told(ByteOrder order, ArchKernel kernel, String name, String onText, String offText) {
        byte[] on = words(order, onText);
        byte[] off = words(order, offText);
        boolean isShort = name.contains("short");
        boolean isWide = kernel.width() == Width.BITS_64;
        long wide = isWide ? WIDE : 0;
        long site = (isShort ? MCOUNT + 0x100 : SITE) | wide;
        SiteKind kind = told(order, kernel, site, on).get(0);
        assertEquals(name, kind.description());
        assertEquals(List.of(kind), told(order, kernel, site, on));
        assertEquals(List.of(kind), told(order, kernel, site, off));
        assertEquals(on.length, kind.bytes());
        assertEquals(State.ON, kind.state(site, on));
        assertEquals(State.OFF, kind.state(site, off));
        assertEquals(MCOUNT | wide, kind.entry(site, on));
        assertTrue(kind.reaches(site, Address.of(MCOUNT | wide)));

        byte[] switched = on.clone();
        kind.off(site, switched);
        assertArrayEquals(off, switched);
        kind.on(site, switched, MCOUNT | wide);
        assertArrayEquals(on, switched);
        for (int stays = 0; stays < on.length; stays += Integer.BYTES) {
            boolean changes =
                    !Arrays.equals(on, stays, stays + 4, off, stays, stays + 4) || (isWide && !isShort && stays < 8);
            if (!changes && !(name.contains("o32") && stays < 8 && !isShort)) {
                byte[] other = off.clone();
                other[stays + (order == ByteOrder.BIG_ENDIAN ? 1 : 2)] ^= 0x40; // another register
                assertEquals(State.FOREIGN, kind.state(site, other), "word at " + stays);
            }
        }
    }

    /** The forms to which a site may belong by its code, which another function's words follow. */
    private static List<? extends SiteKind> told(ByteOrder order, ArchKernel kernel, long site, byte[] code) {
        ByteBuffer all = ByteBuffer.allocate(64).order(order).put(code);
        while (all.hasRemaining()) {
            all.putInt(0x0085_1021); // addu $2,$4,$5
        }
        return kernel.tracing().kinds(PLACED).stream()
                .filter(kind -> kind.bytes() >= code.length)
                .filter(kind -> kind.state(site, Arrays.copyOf(all.array(), kind.bytes())) != State.FOREIGN)
                .toList();
    }

    @Test
    void aLowerHalfOf0IsANopOnO32() {
        byte[] words = words("10000005 00000000 03e00825 00006025 0060f809 27bdfff8");
        bigEndian(MipsSite.O32_LONG_RA).on(SITE, words, 0x8010_0000L);
        assertArrayEquals(words("3c038010 00000000 03e00825 00006025 0060f809 27bdfff8"), words);
        assertEquals(State.ON, bigEndian(MipsSite.O32_LONG_RA).state(SITE, words));
        assertEquals(0x8010_0000L, bigEndian(MipsSite.O32_LONG_RA).entry(SITE, words));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10000005 2463a7f0 03e00825 00006025 0060f809 27bdfff8", // half switched
                "10000004 00000000 03e00825 00006025 0060f809 27bdfff8", // a branch that ends inside the site
                "3c028011 2463a7f0 03e00825 00006025 0060f809 27bdfff8", // another register
                "3c038011 6463a7f0 03e00825 00006025 0060f809 27bdfff8", // n64's addition
                "3c038011 2463a7f0 03e00825 00006025 0060f809 27bdfff0", // another push
            })
    void halfASwitchAndOtherCodeAreForeign(String words) {
        assertEquals(State.FOREIGN, bigEndian(MipsSite.O32_LONG_RA).state(SITE, words(words)));
    }

    @Test
    void aShortCallStaysInTheSegmentOfItsDelaySlot() {
        assertTrue(bigEndian(MipsSite.O32_SHORT)
                .reaches(0xbfff_fffcL, Address.of(0xcfff_fffcL))); // the slot is in the next segment
        assertFalse(bigEndian(MipsSite.O32_SHORT).reaches(0xbfff_fffcL, Address.of(0xb000_0000L)));
        assertFalse(bigEndian(MipsSite.O32_SHORT).reaches(SITE, Address.of(SITE + 2)));
        assertFalse(bigEndian(MipsSite.N64_SHORT).reaches(WIDE | SITE, Address.of(SITE)));
        assertTrue(bigEndian(MipsSite.O32_LONG).reaches(SITE, Address.of(4)));
        assertTrue(bigEndian(MipsSite.N64_LONG).reaches(WIDE | SITE, Address.of(0x7fff_fffcL)));
        assertFalse(bigEndian(MipsSite.N64_LONG).reaches(WIDE | SITE, Address.of(0x8000_0000L)));
    }

    @Test
    void offTheFirstWordComesFirstAndOnLast() {
        byte[] on = words("3c038011 2463a7f0 03e00825 00006025 0060f809 27bdfff8");
        byte[] off = words("10000005 00000000 03e00825 00006025 0060f809 27bdfff8");
        Address at = Address.of(SITE);
        assertEquals(
                List.of(patch(at.plus(4), "00000000", "2463a7f0"), patch(at, "10000005", "3c038011")),
                bigEndian(MipsSite.O32_LONG_RA).patches(SITE, off, on, State.ON));
        assertEquals(
                List.of(patch(at, "3c038011", "10000005"), patch(at.plus(4), "2463a7f0", "00000000")),
                bigEndian(MipsSite.O32_LONG_RA).patches(SITE, on, off, State.OFF));
        assertEquals(
                List.of(patch(at, "00000000", "0c0429fc")),
                bigEndian(MipsSite.N64_SHORT)
                        .patches(SITE, words("03e00825 0 0"), words("03e00825 0c0429fc 0"), State.ON));
    }

    private static Patch patch(Address at, String expected, String replacement) {
        return new Patch(at, words(expected), words(replacement));
    }

    @Test
    void aTrampolineLoadsTheLiteralBehindIt() {
        FtraceTrampoline o32 =
                Kernels.of(ElfTarget.MIPS_O32_LE).tracing().trampoline().orElseThrow();
        FtraceTrampoline n64 =
                Kernels.of(ElfTarget.MIPS_N64_BE).tracing().trampoline().orElseThrow();
        // GNU as assembled lui $25,%hi(L); lw $25,%lo(L)($25); nop; jalr $0,$25; nop. L is 20 bytes ahead.
        assertArrayEquals(
                words(ByteOrder.LITTLE_ENDIAN, "3c19c001 8f398004 00000000 03200009 00000000"),
                o32.code(Address.of(0xc000_7ff0L)));
        assertEquals(24, o32.sizeBytes());
        // L is 32 bytes ahead: 0xffffffffc0008010
        assertArrayEquals(words("3c19c001 df398010 03200009 00000000"), n64.code(Address.of(WIDE | 0xc000_7ff0L)));
        // lui highest, daddiu higher, dsll 16, daddiu hi, dsll 16, ld lo: L is 0xc000000000008010
        assertArrayEquals(
                words("3c19c000 67390000 0019cc38 67390001 0019cc38 df398010 03200009 00000000"),
                n64.code(Address.of(0xc000_0000_0000_7ff0L)));
        assertEquals(40, n64.sizeBytes());
    }
}
