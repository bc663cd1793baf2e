package io.modrt.parisc;

import static io.modrt.parisc.PariscField.IM14;
import static io.modrt.parisc.PariscField.IM16A;
import static io.modrt.parisc.PariscField.IM21;
import static io.modrt.parisc.PariscField.IM5;
import static io.modrt.parisc.PariscField.W17;
import static io.modrt.spi.StubTemplate.word;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.parisc.PariscPlan.Area;
import io.modrt.parisc.PariscPlan.Room;
import io.modrt.spi.Field;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which branches go through stubs, and the stubs. 32 bit: what does not reach, and everything until 2.6.28. 64 bit: all that leaves
 * the module, since the callee has a gp of its own, and what does not reach.
 */
final class PariscStubs {
    private static final StubTemplate.Piece LOAD_CODE = word(0x5361_0020, "ldd    16(%dp),%r1");
    private static final StubTemplate.Piece BRANCH = word(0xe820_d000, "bve    (%r1)");
    private static final StubTemplate.Piece BRANCH_NULLIFIED = word(0xe820_d002, "bve,n  (%r1)");
    private static final StubTemplate.Piece LOAD_GP = word(0x537b_0030, "ldd    24(%dp),%dp");
    private static final StubTemplate.Piece LOAD_CODE_OF_SYMBOL = word(0x5021_0020, "ldd    16(%r1),%r1");

    /** The greatest displacement of a short load. */
    private static final int MOST_SHORT = 15;

    /** Reaches any 32-bit address; {@code be} goes through the kernel's space register. Clobbers r1. */
    static StubTemplate longBranch(long S, long A) {
        return StubTemplate.of(
                word(IM21.insert(0x2020_0000, PariscReloc.left(S, A)), "ldil   LR'target,%r1"),
                word(W17.insert(0xe020_2002, PariscReloc.right(S, A)), "be,n   RR'target(%sr4,%r1)"));
    }

    /** Goes through the descriptor in a GOT slot and loads the callee's gp in the delay slot. Clobbers r1 and dp. */
    static StubTemplate got(long slotOffset) {
        int load =
                slotOffset <= MOST_SHORT ? IM5.insert(0x0f60_10db, slotOffset) : IM16A.insert(0x537b_0000, slotOffset);
        return StubTemplate.of(word(load, "ldd    LTOFF'target(%dp),%dp"), LOAD_CODE, BRANCH, LOAD_GP);
    }

    /** Goes through a descriptor of compiler millicode, which has no use for a gp. Clobbers r1. */
    static StubTemplate millicode(long S, long A) {
        return StubTemplate.of(left(S, A), right(S, A), LOAD_CODE_OF_SYMBOL, BRANCH_NULLIFIED);
    }

    /** Goes to code of the same module. Clobbers r1. Takes four words, of which the kernel does not write the last. */
    static StubTemplate direct(long S, long A) {
        return StubTemplate.of(left(S, A), right(S, A), BRANCH_NULLIFIED);
    }

    private static StubTemplate.Piece left(long S, long A) {
        return word(IM21.insert(0x2020_0000, PariscReloc.left(S, A)), "ldil   LR'target,%r1");
    }

    private static StubTemplate.Piece right(long S, long A) {
        return word(IM14.insert(0x3421_0000, PariscReloc.right(S, A)), "ldo    RR'target(%r1),%r1");
    }

    private enum Kind {
        LONG_BRANCH,
        GOT,
        MILLICODE,
        DIRECT
    }

    private record Callee(Area area, Kind kind, long target) {}

    private final PlacedSections placed;
    private final PariscPlan plan;
    private final Width width;
    private final PariscGot got;
    private final Map<Area, Integer> taken = new HashMap<>();
    private final Map<Callee, Stub> shared = new HashMap<>();
    private final List<Stub> used = new ArrayList<>();

    PariscStubs(PlacedSections placed, PariscPlan plan, Width width, PariscGot got) {
        this.placed = placed;
        this.plan = plan;
        this.width = width;
        this.got = got;
    }

    /** The stub for a branch, or null where it goes to its target by itself. */
    @Nullable
    Stub route(Fixup branch) {
        long target = width.wrap(branch.S() + branch.A());
        Kind kind = kind(branch, branch.type().field(), target);
        return kind == null ? null : stub(branch, kind, target);
    }

    private @Nullable Kind kind(Fixup branch, Field field, long target) {
        boolean isOld = plan.room() == Room.HEAD;
        if (width == Width.BITS_32) {
            return !isOld && reaches(field, branch, target) ? null : Kind.LONG_BRANCH;
        }
        if (got.isLocal(target)) {
            boolean mayBeDirect = !isOld || isInSectionOf(branch, target);
            return mayBeDirect && reaches(field, branch, target) ? null : Kind.DIRECT;
        }
        return branch.symbolName().startsWith("$$") ? Kind.MILLICODE : Kind.GOT;
    }

    private boolean isInSectionOf(Fixup branch, long target) {
        return Long.compareUnsigned(target - start(branch), caller(branch).sizeBytes()) < 0;
    }

    /** The address of the section that the branch is in. */
    private static long start(Fixup branch) {
        return branch.P() - branch.sectionOffset();
    }

    private Section caller(Fixup branch) {
        return placed.file().elf().section(branch.targetSection());
    }

    /** The distance that the field of a branch holds, before two bits are dropped. */
    private long distance(Fixup branch, long to) {
        return width.signed((to & -4L) - (branch.P() & -4L) + branch.type().bias());
    }

    private boolean reaches(Field field, Fixup branch, long to) {
        long distance = distance(branch, to);
        return distance >= field.leastSigned() && distance <= field.greatestSigned();
    }

    private Stub stub(Fixup branch, Kind kind, long target) {
        Area area = plan.area(placed, caller(branch), branch.sectionOffset(), start(branch));
        return plan.shares()
                ? shared.computeIfAbsent(new Callee(area, kind, target), any -> make(branch, kind, target, area))
                : make(branch, kind, target, area);
    }

    private Stub make(Fixup branch, Kind kind, long target, Area area) {
        int index = taken.merge(area, 1, Integer::sum) - 1;
        if (index >= area.reserved()) {
            throw branch.refused(Refusal.beyondKernel("no stub is left, " + area.reserved()
                    + " were counted before layout; here the kernel stops itself (BUG)"));
        }
        Address address = width.address(area.start() + (long) index * plan.stubBytes());
        Stub stub = Stub.of(address, Address.of(target), branch.symbolName(), code(branch, kind, target));
        used.add(stub);
        return stub;
    }

    private StubTemplate code(Fixup branch, Kind kind, long target) {
        long S = branch.S();
        long A = branch.A();
        long loaded = PariscReloc.left(S, A);
        if ((kind == Kind.MILLICODE || kind == Kind.DIRECT) && loaded != (int) loaded) {
            branch.silentLoss("the stub's ldil gives " + Address.of((int) loaded & -2048L) + " instead of "
                    + Address.of(loaded & -2048L));
        }
        return switch (kind) {
            case LONG_BRANCH -> longBranch(S, A);
            case GOT -> got(got.slotOffset(branch, target));
            case MILLICODE -> millicode(S, A);
            case DIRECT -> direct(S, A);
        };
    }

    /** The kernel's answer where the field does not reach the stub: a branch that needs none is in reach. */
    Refusal outOfReach(Fixup branch) {
        Field field = branch.type().field();
        long to = branch.goal();
        long quotient = width.wrap(to - (branch.P() & -4L) + branch.type().bias()) >>> 2;
        return Refusal.of(
                        Errno.ENOEXEC,
                        "the stub at " + Address.of(to) + " is " + hex(distance(branch, to)) + " bytes away, outside ["
                                + hex(field.leastSigned()) + ", " + hex(field.greatestSigned()) + "]; "
                                + wayOut(caller(branch), -field.leastSigned()))
                .logged("module " + branch.moduleName() + " relocation of symbol " + branch.symbolName()
                        + " is out of range (" + hex(quotient) + " in " + field.bits() + " bits)");
    }

    private String wayOut(Section caller, long reachBytes) {
        String size = caller.name() + " has " + hex(caller.sizeBytes()) + " bytes, stubs in front of it ";
        return switch (plan.room()) {
            case HEAD ->
                "kernels until 2.6.28 have one area of stubs at the head of core or init, later ones have one in front of"
                        + " each section";
            case FRONT, FRONT_SHARED ->
                size + "are reached from " + hex(reachBytes) + "; StubPolicy.FURTHER_REACH puts stubs behind it too";
            case BOTH_SIDES -> size + "and behind link up to " + hex(2 * reachBytes) + ", their own bytes included";
        };
    }

    private static String hex(long value) {
        return (value < 0 ? "-0x" : "0x") + Long.toHexString(Math.abs(value));
    }

    /** The stubs made so far, in order of allocation. */
    List<Stub> used() {
        return List.copyOf(used);
    }
}
