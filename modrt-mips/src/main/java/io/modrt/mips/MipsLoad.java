package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.*;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One load: joins the pairs of SHT_REL sections, and sends calls that do not reach through {@linkplain MipsStubs stubs}, one for each
 * target and region, at the region's head behind the trampolines.
 */
final class MipsLoad implements ArchLoad {
    /** A stub is shared by the calls of one region that go to one target. */
    private record Far(RegionKind caller, long target) {}

    private final PlacedSections placed;
    private final SymbolValues values;
    private final MipsPlan plan;
    private final Width width;
    private @Nullable MipsAddends halves;
    private final Map<Far, Stub> stubs = new LinkedHashMap<>();
    private final Map<RegionKind, Long> nextOffsets = new EnumMap<>(RegionKind.class);

    MipsLoad(PlacedSections placed, SymbolValues values, MipsPlan plan) {
        this.placed = placed;
        this.values = values;
        this.plan = plan;
        this.width = plan.kernel().width();
    }

    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        if (relocations.addends() == AddendKind.EXPLICIT) {
            return;
        }
        if (halves == null) {
            halves = new MipsAddends(placed, values, relocations, count, image, addends);
        } else {
            halves.open(relocations, count, image, addends);
        }
    }

    @Override
    public long lowerHalf(int hi) {
        return Objects.requireNonNull(halves).lower(hi);
    }

    @Override
    public long route(Fixup call) {
        MipsReloc type = (MipsReloc) call.type();
        long to = call.S() + call.A();
        boolean isAligned = (to & type.targetAlignment() - 1L) == 0; // why: a stub would hide what the kernel refuses
        if (!isAligned || !plan.mayNeedStub(call.targetSection(), call.symbol()) || reaches(call, to)) {
            return to;
        }
        Stub stub = stub(call, width.wrap(to + type.branchBias()));
        long goal = stub.address().value() - type.branchBias();
        if (!reaches(call, goal)) {
            throw refuse(
                    call,
                    "target " + stub.target() + " is out of reach, and so is the stub at " + stub.address()
                            + ", at the head of the caller's region; place the region within one 256 MB segment");
        }
        return goal;
    }

    /**
     * Whether a call whose S + A is {@code to} arrives there without a stub. For a {@code jal} all address bits count, although the
     * kernel's own check ignores those above bit 31.
     */
    private boolean reaches(Fixup call, long to) {
        Field field = call.type().field();
        if (call.type() == MipsReloc.R_MIPS_PC26_S2) {
            long distance = width.signed(to - call.P());
            return distance >= field.leastSigned() && distance <= field.greatestSigned();
        }
        return width.wrap(to ^ call.P() + Integer.BYTES) >>> field.bits() + field.lowestBit() == 0;
    }

    private Stub stub(Fixup call, long target) {
        RegionKind caller =
                plan.region(placed.file().elf().section(call.targetSection())).orElseThrow();
        AddressRange region = placed.range(caller)
                .orElseThrow(() -> refuse(
                        call,
                        "target is out of reach, and where region " + caller
                                + " starts, with its stubs, is not known; name its range in the placement"));
        return stubs.computeIfAbsent(new Far(caller, target), far -> {
            long offset = nextOffsets.getOrDefault(caller, plan.trampolineBytes(caller));
            StubTemplate template = plan.kernel().stubs().to(target);
            if (offset + template.sizeBytes() > plan.headBytes(caller)) {
                // why: addends in place were counted as the file has them; another relocation changed this one
                throw refuse(
                        call,
                        "target " + Address.of(target) + " is out of reach, and no stub is left of those that were"
                                + " counted before layout; another relocation has changed this place");
            }
            nextOffsets.put(caller, offset + template.sizeBytes());
            return Stub.of(region.start().plus(offset), Address.of(target), call.symbolName(), template);
        });
    }

    @Override
    public Refusal misaligned(Fixup fixup, String what) {
        MipsReloc type = (MipsReloc) fixup.type();
        // why: kernels that tell the kinds apart and take PC-relative types have these in SHT_REL on o32, in SHT_RELA
        // on n64
        boolean isRel = type == MipsReloc.R_MIPS_26_REL || (type.formula() == Formula.S_A_P && width == Width.BITS_32);
        return Refusal.of(Errno.ENOEXEC, what).logged(type.unsafeLine(fixup.moduleName(), isRel, placed.profile()));
    }

    private static RelocationException refuse(Fixup call, String what) {
        return call.refused(MipsReloc.overflow(call, what));
    }

    @Override
    public List<Stub> stubs() {
        return List.copyOf(stubs.values());
    }

    @Override
    public List<Finisher> finishers() {
        KernelProfile profile = placed.profile();
        if (!profile.has(ConfigOption.JUMP_LABEL) || !profile.has(MipsChange.JUMP_LABELS)) {
            return List.of();
        }
        int entryBytes = plan.kernel().tables().jumpTable().entryBytes();
        return List.of(
                profile.has(MipsChange.STATIC_JUMPS)
                        ? Finisher.of("jump labels", image -> MipsJumpLabels.finish(image, entryBytes))
                        : Finisher.of("jump labels", image -> MipsJumpLabels.finishAll(image, entryBytes)));
    }
}
