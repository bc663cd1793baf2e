package io.modrt.testkit.contract;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Stub;
import java.util.List;

/** A load that does what another one does, but for what a subclass changes. */
class ForwardingLoad implements ArchLoad {
    private final ArchLoad load;

    ForwardingLoad(ArchLoad load) {
        this.load = load;
    }

    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        load.open(relocations, count, image, addends);
    }

    @Override
    public long lowerHalf(int index) {
        return load.lowerHalf(index);
    }

    @Override
    public long route(Fixup fixup) {
        return load.route(OwnFixup.of(fixup));
    }

    @Override
    public long value(Fixup fixup) {
        return load.value(OwnFixup.of(fixup));
    }

    @Override
    public long base(Fixup fixup) {
        return load.base(OwnFixup.of(fixup));
    }

    @Override
    public void store(Fixup fixup, long value, SectionImage image) {
        load.store(OwnFixup.of(fixup), value, image);
    }

    @Override
    public Refusal misfit(Fixup fixup, String what) {
        return load.misfit(OwnFixup.of(fixup), what);
    }

    @Override
    public Refusal misaligned(Fixup fixup, String what) {
        return load.misaligned(OwnFixup.of(fixup), what);
    }

    @Override
    public List<Stub> stubs() {
        return load.stubs();
    }

    @Override
    public int writeStubs(ModuleImage image) {
        return load.writeStubs(OwnPlan.in(image));
    }

    @Override
    public List<Finisher> finishers() {
        return load.finishers().stream()
                .map(finisher -> Finisher.of(finisher.name(), image -> finisher.finish(OwnPlan.in(image))))
                .toList();
    }
}
