package io.modrt.mips;

import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.RelocationException;
import io.modrt.layout.RegionKind;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Local stubs for calls that do not reach: one for each target within a region, at the region's head. A stub loads the target
 * into {@code $25} and jumps; {@code ra} stays the caller's, and neither the stack, the arguments, {@code $1} nor {@code $12} is
 * touched, since at a call of {@code _mcount} these are in use. Mainline kernels have none.
 */
final class MipsStubs {
    static final StubTemplate.Piece NOP = word(0x0000_0000, "nop");
    private static final StubTemplate.Piece JR = word(0x0320_0008, "jr     $25");
    static final StubTemplate.Piece JR_R6 = word(0x0320_0009, "jr     $25"); // jalr $0,$25
    static final StubTemplate.Piece DSLL = word(0x0019_cc38, "dsll   $25,$25,16");

    private static StubTemplate o32(StubTemplate.Piece jr) {
        return StubTemplate.of(
                word(0x3c19_0000, "lui    $25,%hi(target)", MipsReloc.R_MIPS_HI16),
                word(0x2739_0000, "addiu  $25,$25,%lo(target)", MipsReloc.R_MIPS_LO16),
                jr,
                NOP);
    }

    private static StubTemplate sym32(StubTemplate.Piece jr) {
        return StubTemplate.of(
                word(0x3c19_0000, "lui    $25,%hi(target)", MipsReloc.R_MIPS_HI16),
                word(0x6739_0000, "daddiu $25,$25,%lo(target)", MipsReloc.R_MIPS_LO16),
                jr,
                NOP);
    }

    private static StubTemplate full64(StubTemplate.Piece jr) {
        return StubTemplate.of(
                word(0x3c19_0000, "lui    $25,%highest(target)", MipsReloc.R_MIPS_HIGHEST),
                word(0x6739_0000, "daddiu $25,$25,%higher(target)", MipsReloc.R_MIPS_HIGHER),
                DSLL,
                word(0x6739_0000, "daddiu $25,$25,%hi(target)", MipsReloc.R_MIPS_HI16),
                DSLL,
                word(0x6739_0000, "daddiu $25,$25,%lo(target)", MipsReloc.R_MIPS_LO16),
                jr,
                NOP);
    }

    /** The stubs of one ABI and release. */
    @SuppressWarnings("ImmutableEnumChecker") // StubTemplate is immutable, without saying so by an annotation
    enum Kind {
        O32(o32(JR), o32(JR)),
        O32_R6(o32(JR_R6), o32(JR_R6)),
        N64(sym32(JR), full64(JR)),
        N64_R6(sym32(JR_R6), full64(JR_R6));

        private final StubTemplate near;
        private final StubTemplate anywhere;

        Kind(StubTemplate near, StubTemplate anywhere) {
            this.near = near;
            this.anywhere = anywhere;
        }

        static Kind of(Width width, boolean release6) {
            if (width == Width.BITS_32) {
                return release6 ? O32_R6 : O32;
            }
            return release6 ? N64_R6 : N64;
        }

        /** Bytes of the longest stub. */
        int mostBytes() {
            return anywhere.sizeBytes();
        }

        /** The stub that reaches {@code target}: the short one where {@code lui} and a signed lower half make it. */
        StubTemplate to(long target) {
            long rounded = target + MipsReloc.R_MIPS_HI16.bias();
            return rounded == (int) rounded ? near : anywhere;
        }
    }

    /** The stubs at the head of one region, behind the trampolines. */
    private static final class Area {
        private final Map<Long, Stub> byTarget = new HashMap<>();
        private long next;
        private final long end;

        private Area(AddressRange region, long trampolineBytes, long headBytes) {
            next = region.start().value() + trampolineBytes;
            end = region.start().value() + headBytes;
        }
    }

    private final PlacedSections placed;
    private final MipsPlan plan;
    private final Width width;
    private final Kind kind;
    private final Map<RegionKind, Area> areas = new EnumMap<>(RegionKind.class);
    private final List<Stub> used = new ArrayList<>();

    MipsStubs(PlacedSections placed, MipsPlan plan) {
        this.placed = placed;
        this.plan = plan;
        this.width = plan.kernel().width();
        this.kind = plan.kernel().stubs();
    }

    /** The stub for a call, or null where it reaches its target. */
    @Nullable
    Stub route(Fixup call) {
        MipsReloc type = (MipsReloc) call.type();
        long to = call.S() + call.A();
        boolean isAligned = (to & type.targetAlignment() - 1L) == 0; // why: a stub would hide what the kernel refuses
        if (!isAligned || reaches(type, call, to) || !plan.mayBeFar(call.targetSection(), call.symbol())) {
            return null;
        }
        Stub stub = stub(call, width.wrap(to + type.branchBias()));
        if (!reaches(type, call, stub.address().value() - type.branchBias())) {
            throw refuse(
                    call,
                    "target " + stub.target() + " is out of reach, and so is the stub at " + stub.address()
                            + ", at the head of the caller's region; place the region within one 256 MB segment");
        }
        return stub;
    }

    /** Whether a call goes to S + A = {@code to} by itself; of {@code jal} also where the kernel does not look, above bit 31. */
    private boolean reaches(MipsReloc type, Fixup call, long to) {
        if (type == MipsReloc.R_MIPS_PC26_S2) {
            long distance = width.signed(to - call.P());
            return distance >= type.field().leastSigned()
                    && distance <= type.field().greatestSigned();
        }
        int segmentBits = type.field().bits() + type.field().lowestBit();
        return width.wrap(to ^ call.P() + Integer.BYTES) >>> segmentBits == 0;
    }

    private Stub stub(Fixup call, long target) {
        RegionKind region =
                plan.region(placed.file().elf().section(call.targetSection())).orElseThrow();
        Area area = areas.get(region);
        if (area == null) {
            AddressRange range = placed.range(region)
                    .orElseThrow(() -> refuse(
                            call,
                            "target is out of reach, and where region " + region
                                    + " starts, with its stubs, is not known; name its range in the placement"));
            area = new Area(range, plan.trampolineBytes(region), plan.headBytes(region));
            areas.put(region, area);
        }
        Stub stub = area.byTarget.get(target);
        if (stub == null) {
            stub = Stub.of(width.address(area.next), Address.of(target), call.symbolName(), kind.to(target));
            area.next += stub.template().sizeBytes();
            if (area.next > area.end) {
                throw new AssertionError("more stubs than were counted, at " + call.place());
            }
            area.byTarget.put(target, stub);
            used.add(stub);
        }
        return stub;
    }

    private static RelocationException refuse(Fixup call, String what) {
        return call.refused(MipsReloc.overflow(call, what));
    }

    /** The stubs made so far, in order of allocation. */
    List<Stub> used() {
        return List.copyOf(used);
    }
}
