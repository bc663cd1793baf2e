package io.modrt.examples;

import io.modrt.error.RelocationPlace;
import io.modrt.link.Relocation;
import io.modrt.load.LayoutPlan;
import io.modrt.spi.RelocationType;
import java.io.PrintStream;
import java.util.HexFormat;

/** Explains one applied relocation line by line. */
final class RelocationReport {
    private final Relocation applied;
    private final RelocationPlace place;
    private final RelocationType type;

    RelocationReport(LayoutPlan plan, Relocation applied) {
        this.applied = applied;
        this.place = applied.place();
        this.type = RelocationRows.find(plan, place.section(), place.type()).orElseThrow();
    }

    void print(PrintStream out) {
        String value = RelocationRows.value(type);
        String where = place.section() + "+0x" + Long.toHexString(place.sectionOffset());
        Columns.plain()
                .row("place", where + ", P = " + place.P())
                .row("type", place.type() + ": bits " + RelocationRows.bits(type) + " of " + value)
                .row("symbol", place.symbol() + ", S = " + place.S() + ", A = " + signed(place.A()))
                .row(
                        "value",
                        applied.stub()
                                        .map(stub -> "for the stub at " + stub.address() + ": ")
                                        .orElse(value + " = ")
                                + signed(applied.value()))
                .row("before", word(applied.before()))
                .row("after", word(applied.after()))
                .print(out);
    }

    private String word(long word) {
        HexFormat hex = HexFormat.of();
        return type.field().bytes() == Long.BYTES
                ? "0x" + hex.toHexDigits(word)
                : "0x" + hex.toHexDigits((int) word) + "  " + Instruction.text((int) word, place.P());
    }

    /** A number in hexadecimal: small negative numbers with a sign, others as addresses. */
    static String signed(long number) {
        if (number == 0) {
            return "0";
        }
        return number < 0 && number > Integer.MIN_VALUE / 4
                ? "-0x" + Long.toHexString(-number)
                : "0x" + Long.toHexString(number);
    }
}
