package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.link.Relocation;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate.Piece;
import io.modrt.testkit.ElfEncoding;
import io.modrt.verify.Reason;
import io.modrt.verify.VerificationResult.Span;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Words from a place on: those that are expected, those that are there, and what is known of each. */
final class WordTable {
    private final Place start;
    private final ModuleView view;
    private final int[] expected;
    private final int[] found;

    WordTable(Place start, int[] expected) {
        if (expected.length == 0) {
            throw new IllegalArgumentException("no word is expected at " + start);
        }
        this.start = start;
        this.view = start.view();
        this.expected = expected.clone();
        this.found = new int[expected.length];
        byte[] bytes = view.bytes(start.address(), expected.length * Integer.BYTES);
        ByteOrder order =
                start.isCode() ? view.kernel().codeOrder() : encoding(view).order();
        ElfEncoding encoding = new ElfEncoding(encoding(view).elfClass(), order);
        for (int i = 0; i < found.length; i++) {
            found[i] = encoding.word(bytes, i * Integer.BYTES);
        }
    }

    /** How the module's data is written. */
    static ElfEncoding encoding(ModuleView view) {
        var elf = view.placed().file().elf();
        return new ElfEncoding(elf.elfClass(), elf.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    void check() {
        int wrong = 0;
        for (int i = 0; i < found.length; i++) {
            wrong += found[i] == expected[i] ? 0 : 1;
        }
        if (wrong > 0) {
            String count = found.length == 1 ? "the word" : wrong + " of " + found.length + " words";
            throw Texts.failure(
                    view.name() + ": " + count + " at " + start + " is not as expected:" + rows(),
                    words(expected),
                    words(found));
        }
    }

    private static String words(int[] words) {
        List<String> texts = new ArrayList<>();
        for (int word : words) {
            texts.add(Texts.word(word));
        }
        return String.join(" ", texts);
    }

    private String rows() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < found.length; i++) {
            Place place = new Place(start.address().plus((long) i * Integer.BYTES), view);
            text.append("\n  ").append(place.inSection());
            if (found[i] == expected[i]) {
                text.append(": ").append(Texts.word(found[i]));
            } else {
                text.append(": expected ").append(Texts.word(expected[i]));
                text.append(", but was ").append(Texts.word(found[i]));
            }
            text.append(assembly(place)).append(writers(place)).append(reason(place));
        }
        return text.toString();
    }

    /** The assembler text of a word of a stub, as the stub's template has it. */
    private static String assembly(Place place) {
        Optional<Stub> stub = place.view().stubAt(place.address());
        if (stub.isEmpty()) {
            return "";
        }
        Address at = stub.get().address();
        for (Piece piece : stub.get().template().pieces()) {
            if (at.equals(place.address())) {
                return "\n    " + piece.assembly() + " of the " + stub.get();
            }
            at = at.plus(piece.sizeBytes());
        }
        return "\n    part of the " + stub.get();
    }

    /** The relocations that wrote the word at {@code place}, a line each. */
    static String writers(Place place) {
        return place.view().relocationsAt(place.address()).stream()
                .map(WordTable::writer)
                .collect(Collectors.joining());
    }

    private static String writer(Relocation relocation) {
        return "\n    " + relocation + "; S " + relocation.place().S() + ", A "
                + (relocation.place().A() < 0 ? "-" : "")
                + Texts.number(Math.abs(relocation.place().A())) + ", P "
                + relocation.place().P() + ", value " + relocation.type().formulaText() + " = "
                + Texts.number(relocation.value());
    }

    /** What verification says of the word, unless it is just as relocation leaves it. */
    private static String reason(Place place) {
        for (Span span : place.view().verified().spans()) {
            if (span.range().contains(place.address())) {
                boolean isPlain = span.reason() == Reason.EQUAL || span.reason() == Reason.DATA;
                return isPlain ? "" : "\n    " + span.reason() + (span.why().isEmpty() ? "" : ": " + span.why());
            }
        }
        return "";
    }
}
