package io.modrt.testkit.contract;

import io.modrt.error.Refusal;
import io.modrt.kernel.SymbolUse;
import io.modrt.spi.CodeReader;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Fixup;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.spi.Store;
import org.jspecify.annotations.Nullable;

/** A relocation type that is what another one is, but for the columns that a subclass changes. */
class ForwardingType implements RelocationType {
    private final RelocationType type;

    ForwardingType(RelocationType type) {
        this.type = type;
    }

    /** The type that the architecture itself gave. */
    RelocationType forwarded() {
        return type;
    }

    @Override
    public int number() {
        return type.number();
    }

    @Override
    public String psabiName() {
        return type.psabiName();
    }

    @Override
    public Formula formula() {
        return type.formula();
    }

    @Override
    public String formulaText() {
        return type.formulaText();
    }

    @Override
    public long bias() {
        return type.bias();
    }

    @Override
    public @Nullable RelocationType lowerHalf() {
        return type.lowerHalf();
    }

    @Override
    public Field field() {
        return type.field();
    }

    @Override
    public Store store() {
        return type.store();
    }

    @Override
    public Fit fit() {
        return type.fit();
    }

    @Override
    public int targetAlignment() {
        return type.targetAlignment();
    }

    @Override
    public boolean routed() {
        return type.routed();
    }

    @Override
    public long branchBias() {
        return type.branchBias();
    }

    @Override
    public long custom(Fixup fixup) {
        return type.custom(OwnFixup.of(fixup));
    }

    @Override
    public SymbolUse use(long place, CodeReader code, long addend) {
        return type.use(place, code, addend);
    }

    @Override
    public boolean looksAtPlace() {
        return type.looksAtPlace();
    }

    @Override
    public @Nullable Refusal objection(Fixup fixup, long before) {
        return type.objection(OwnFixup.of(fixup), before);
    }

    @Override
    public int replace(int before, long value) {
        return type.replace(before, value);
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        return type.misfit(OwnFixup.of(fixup), what);
    }

    @Override
    public Refusal misaligned(Fixup fixup, String what) {
        return type.misaligned(OwnFixup.of(fixup), what);
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
