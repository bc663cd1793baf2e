package com.example.toy;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import io.modrt.spi.Fixup;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One load: the stubs that it has made so far, and what the kernel does after relocation. */
final class ToyLoad implements ArchLoad {
    /** Jumps to the address in the next word. */
    private static final StubTemplate STUB = StubTemplate.of(
            StubTemplate.word(0x6a00_0000, "jump [next]"), StubTemplate.word(0, ".word target", ToyReloc.R_TOY_WORD));

    private final ToyPlan plan;
    private final PlacedSections placed;
    /** By PLT section, then by target. */
    private final Map<String, Map<Long, Stub>> stubs = new HashMap<>();

    private final List<Stub> made = new ArrayList<>();

    ToyLoad(ToyPlan plan, PlacedSections placed) {
        this.plan = plan;
        this.placed = placed;
    }

    /** Before any place changes. The engine has read each addend as the type's field stores it; HIGH's is not shifted. */
    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        for (int i = 0; i < count; i++) {
            if (relocations.type(i) == ToyReloc.R_TOY_HIGH.number()) {
                addends.set(i, ToyReloc.Fields.IMM16.extract(image.word(relocations.offset(i))));
            }
        }
    }

    /** Its own goal if the branch reaches, else the stub's address. P is still to be subtracted. */
    @Override
    public long route(Fixup call) {
        long distance = (int) (call.S() + call.A() - call.P());
        if (distance >= ToyReloc.Fields.CALL.leastSigned() && distance <= ToyReloc.Fields.CALL.greatestSigned()) {
            return call.goal();
        }
        String name = plan.plt(placed.file().elf().section(call.targetSection()));
        Section plt = placed.file().elf().section(name).orElseThrow();
        Map<Long, Stub> entries = stubs.computeIfAbsent(name, any -> new HashMap<>());
        long target = call.S() + call.A() + call.type().branchBias();
        Stub stub = entries.get(target);
        if (stub == null) {
            if ((entries.size() + 1L) * ToyPlan.STUB_BYTES > plan.shape(plt).sizeBytes()) {
                throw call.refused(Refusal.of(Errno.ENOEXEC, "no stub left in " + name));
            }
            Address at = placed.address(plt).orElseThrow().plus((long) ToyPlan.STUB_BYTES * entries.size());
            stub = Stub.of(at, Address.of(target), call.symbolName(), STUB);
            entries.put(target, stub);
            made.add(stub);
        }
        return stub.address().value() - call.type().branchBias();
    }

    /** The engine has their code written after the last relocation. */
    @Override
    public List<Stub> stubs() {
        return List.copyOf(made);
    }

    /** The kernel's module_finalize, step by step; a step that changes no byte of the module is none. */
    @Override
    public List<Finisher> finishers() {
        return List.of(Finisher.of("alternatives", ToyLoad::applyAlternatives));
    }

    /** Each entry has the address of an instruction and the one that this machine has in its place. */
    private static void applyAlternatives(ModuleImage image) {
        for (SectionImage table : image.sections(".toy.alternatives")) {
            for (long at = 0; at + 8 <= table.section().sizeBytes(); at += 8) {
                image.putCodeAt(table.pointer(at), table.word(at + 4));
            }
        }
    }
}
