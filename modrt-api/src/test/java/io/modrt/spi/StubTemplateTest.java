package io.modrt.spi;

import static io.modrt.spi.StubTemplate.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.address.Address;
import io.modrt.spi.StubTemplate.Piece;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words are those that GNU as and ld make of the text beside them, at the same addresses. */
class StubTemplateTest {
    /** Bits 29 and 30 hold the lowest two of 21 bits of a page number, bits 5 to 23 the others. */
    private static final Field PAGE_NUMBER = Field.scattered(
                    "page", 0x60ff_ffe0, 21, v -> (v & 3) << 29 | (v >>> 2 & 0x7_ffff) << 5)
            .from(12);

    private static final RelocationType PAGE = PlainType.of(Formula.PAGE, 0, PAGE_NUMBER);
    private static final RelocationType LOW_12 = PlainType.of(Formula.S_A, 0, Field.run("imm12", 12, 10));
    private static final RelocationType DISTANCE =
            PlainType.of(Formula.S_A_P, 0, Field.low("imm26", 26).from(2));
    /** A distance that counts from the end of the instruction. */
    private static final RelocationType REL_32 = PlainType.of(Formula.S_A_P, -4, Field.WORD32);

    private static final StubTemplate PAGES = StubTemplate.of(
            word(0x9000_0010, "adrp x16, target", PAGE),
            word(0x9100_0210, "add  x16, x16, :lo12:target", LOW_12),
            word(0xd61f_0200, "br   x16"),
            word(0x1400_0000, "b    target", DISTANCE));
    /** {@code jmp *target(%rip)}: two bytes of opcode, which are no word of any order, and four of distance. */
    private static final StubTemplate INDIRECT =
            StubTemplate.of(new Piece(0x25ff, 2, "jmp *", null), new Piece(0, 4, "target(%rip)", REL_32));

    private static String filled(StubTemplate template, long place, ByteOrder order, long target) {
        return HexFormat.of().formatHex(template.fill(place, order, target));
    }

    @ParameterizedTest(name = "at {0}")
    @CsvSource({
        "0x10000ff8, f0000010 912af210 d61f0200 14000aae",
        // the add and what follows are on another page than the adrp, which alone counts in pages
        "0x10005ff8, d0fffff0 912af210 d61f0200 17fff6ae"
    })
    void eachPieceCountsFromItsOwnPlace(String place, String words) {
        assertEquals(16, PAGES.sizeBytes());
        assertEquals(words.replace(" ", ""), filled(PAGES, Long.decode(place), ByteOrder.BIG_ENDIAN, 0x1000_3abc));
    }

    @Test
    void codeHasTheOrderOfInstructions() {
        assertEquals(
                "100000f010f22a9100021fd6ae0a0014", filled(PAGES, 0x1000_0ff8, ByteOrder.LITTLE_ENDIAN, 0x1000_3abc));
    }

    @Test
    void aPageIsThatOfThePieceNotOfTheStub() {
        StubTemplate behindANop =
                StubTemplate.of(word(0xd503_201f, "nop"), word(0x9000_0010, "adrp x16, target", PAGE));
        // the adrp lies at 0x10001000: two pages to 0x10003000
        assertEquals("d503201fd0000010", filled(behindANop, 0x1000_0ffc, ByteOrder.BIG_ENDIAN, 0x1000_3abc));
    }

    @ParameterizedTest(name = "at {0} to {1}")
    @CsvSource({"0x2001, 0x1000, ff25f9efffff", "0x3000, 0x12345678, ff2572263412"})
    void aPieceMayHaveTwoBytesAndLieAnywhere(String place, String target, String code) {
        assertEquals(6, INDIRECT.sizeBytes());
        assertEquals(code, filled(INDIRECT, Long.decode(place), ByteOrder.LITTLE_ENDIAN, Long.decode(target)));
    }

    @Test
    void aPieceMayBeOneByteOrADoubleword() {
        RelocationType absolute = PlainType.of(Formula.S_A, 0, Field.WORD64);
        StubTemplate template = StubTemplate.of(
                new Piece(0x90, 1, "nop", null),
                new Piece(-1, 8, ".quad target", absolute),
                new Piece(0xcc, 1, "int3", null));
        assertEquals(10, template.sizeBytes());
        assertEquals(
                "90" + "ffff800012345678" + "cc", filled(template, 7, ByteOrder.BIG_ENDIAN, 0xffff_8000_1234_5678L));
        assertEquals(
                "90" + "78563412" + "0080ffff" + "cc",
                filled(template, 7, ByteOrder.LITTLE_ENDIAN, 0xffff_8000_1234_5678L));
    }

    @Test
    void aBiasIsAddedBeforeTheValueIsCut() {
        RelocationType rounded =
                PlainType.of(Formula.S_A, 0x8000, Field.low("hi", 16).from(16));
        StubTemplate upper = StubTemplate.of(word(0x3c19_ffff, "lui $25,%hi(target)", rounded));
        assertEquals("3c198001", filled(upper, 0, ByteOrder.BIG_ENDIAN, 0x8000_9abcL));
        assertEquals("3c198000", filled(upper, 0, ByteOrder.BIG_ENDIAN, 0x8000_7abcL));
    }

    @Test
    void aCustomTypeFillsNoPiece() {
        StubTemplate custom = StubTemplate.of(word(0, "?", PlainType.of(Formula.CUSTOM, 0, Field.WORD32)));
        assertThrows(AssertionError.class, () -> custom.fill(0, ByteOrder.BIG_ENDIAN, 0));
    }

    @Test
    void piecesAreCopied() {
        List<Piece> pieces = new ArrayList<>(List.of(word(1, "one")));
        StubTemplate template = new StubTemplate(pieces);
        pieces.clear();
        assertEquals(List.of(word(1, "one")), template.pieces());
    }

    @Test
    void aStubGoesToItsTargetOrThroughItsSlot() {
        Stub direct = Stub.of(Address.of(0x1000_0ff8), Address.of(0x1000_3abc), "printk", PAGES);
        assertEquals("f0000010912af210d61f020014000aae", HexFormat.of().formatHex(direct.code(ByteOrder.BIG_ENDIAN)));
        assertEquals("stub at 0x10000ff8 to printk, 0x10003abc", direct.toString());
        Stub bySlot = new Stub(
                Address.of(0x2001),
                Address.of(0xffff_ffff_8100_0000L),
                "printk",
                INDIRECT,
                Optional.of(Address.of(0x1000)));
        assertEquals("ff25f9efffff", HexFormat.of().formatHex(bySlot.code(ByteOrder.LITTLE_ENDIAN)));
    }
}
