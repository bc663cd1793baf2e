package io.modrt.examples;

import io.modrt.layout.LayoutPlan;
import io.modrt.link.Relocation;
import io.modrt.link.RelocationSite;
import io.modrt.spi.RelocationType;
import java.io.PrintStream;

/** One applied relocation, explained line by line. */
final class RelocationReport {
    private final Relocation applied;
    private final RelocationSite site;
    private final RelocationType type;

    RelocationReport(LayoutPlan plan, Relocation applied) {
        this.applied = applied;
        this.site = applied.site();
        this.type = RelocationRows.find(plan, site.section(), site.type()).orElseThrow();
    }

    void print(PrintStream out) {
        out.println("\nOne of its relocations, explained");
        line(out, "place", "%s+0x%x, P = %s".formatted(site.section(), site.sectionOffset(), site.P()));
        line(
                out,
                "type",
                "%s: bits %s of %s".formatted(site.type(), RelocationRows.bits(type), RelocationRows.value(type)));
        line(out, "symbol", "%s, S = %s, A = %s".formatted(site.symbol(), site.S(), signed(site.A())));
        line(out, "value", "%s = 0x%x".formatted(RelocationRows.value(type), applied.value()));
        line(out, "before", word(applied.before()));
        line(out, "after", word(applied.after()));
        applied.stub().ifPresent(stub -> line(out, "by way of", "the stub at " + stub.address()));
    }

    private static void line(PrintStream out, String name, String text) {
        out.println("   %-9s %s".formatted(name, text));
    }

    private String word(long word) {
        return type.field().bytes() == Long.BYTES
                ? "0x%016x".formatted(word)
                : "0x%08x  %s".formatted(word, Instruction.text((int) word, site.P()));
    }

    /** A signed number in hexadecimal; what is no small negative number is an address. */
    static String signed(long number) {
        if (number == 0) {
            return "0";
        }
        return number < 0 && number > Integer.MIN_VALUE / 4
                ? "-0x" + Long.toHexString(-number)
                : "0x" + Long.toHexString(number);
    }
}
