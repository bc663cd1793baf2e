package io.modrt.testkit.contract;

import io.modrt.error.RelocationPlace;
import io.modrt.spi.Fixup;
import io.modrt.spi.RelocationType;

/**
 * A fixup as an architecture's own code expects it: with the type that the architecture itself gave.
 *
 * @param further bytes that the symbol lies further on than it does
 */
record OwnFixup(Fixup fixup, RelocationType type, long further) implements Fixup {

    static Fixup of(Fixup fixup) {
        return fixup.type() instanceof ForwardingType forwarding
                ? new OwnFixup(fixup, forwarding.forwarded(), 0)
                : fixup;
    }

    /** The fixup of a symbol that lies {@code bytes} further on. */
    static Fixup further(Fixup fixup, long bytes) {
        return new OwnFixup(fixup, of(fixup).type(), bytes);
    }

    @Override
    public long S() {
        return fixup.S() + further;
    }

    @Override
    public long A() {
        return fixup.A();
    }

    @Override
    public long P() {
        return fixup.P();
    }

    @Override
    public long goal() {
        return fixup.goal() + further;
    }

    @Override
    public int targetSection() {
        return fixup.targetSection();
    }

    @Override
    public long sectionOffset() {
        return fixup.sectionOffset();
    }

    @Override
    public int index() {
        return fixup.index();
    }

    @Override
    public int symbol() {
        return fixup.symbol();
    }

    @Override
    public String symbolName() {
        return fixup.symbolName();
    }

    @Override
    public String moduleName() {
        return fixup.moduleName();
    }

    @Override
    public void silentLoss(String what) {
        fixup.silentLoss(what);
    }

    @Override
    public RelocationPlace place() {
        return fixup.place();
    }
}
