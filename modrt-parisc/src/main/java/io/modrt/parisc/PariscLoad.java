package io.modrt.parisc;

import static io.modrt.parisc.PariscReloc.FROM_P;
import static io.modrt.parisc.PariscReloc.left;
import static io.modrt.parisc.PariscReloc.right;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.parisc.PariscPlan.Area;
import io.modrt.parisc.PariscPlan.Room;
import io.modrt.spi.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One load: computes the values of relocations, and sends branches through {@linkplain PariscStubs stubs}. */
final class PariscLoad implements ArchLoad {
    /** The kernel symbol to which the kernel's r27 points. */
    static final String DATA_POINTER = "$global$";

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
    /** How many stubs each area has given. */
    private final int[] taken;

    private final Map<Callee, Stub> shared = new HashMap<>();
    private final boolean isWideGot;
    private final List<Stub> used = new ArrayList<>();

    PariscLoad(PlacedSections placed, PariscPlan plan, Width width) {
        this.placed = placed;
        this.plan = plan;
        this.width = width;
        this.taken = new int[plan.areas()];
        this.got = new PariscGot(placed, plan);
        this.isWideGot = placed.profile().has(PariscChange.WIDE_GOT);
    }

    @Override
    public long value(Fixup fixup) {
        long S = fixup.S();
        long A = fixup.A();
        return switch ((PariscReloc) fixup.type()) {
            case R_PARISC_DIR21L, R_PARISC_PLABEL21L -> left(S, A);
            case R_PARISC_DIR14R, R_PARISC_DIR17R, R_PARISC_PLABEL14R -> right(S, A);
            case R_PARISC_PCREL12F, R_PARISC_PCREL17F, R_PARISC_PCREL22F, R_PARISC_PCREL32, R_PARISC_PCREL64 ->
                goal(fixup) - wordOf(fixup);
            case R_PARISC_PCREL21L -> left(distance(fixup, S + A), 0);
            case R_PARISC_PCREL14R -> right(distance(fixup, S + A), 0);
            case R_PARISC_DPREL14F -> S + A - dataPointer(fixup);
            case R_PARISC_DPREL21L -> left(S - dataPointer(fixup), A);
            case R_PARISC_DPREL14R -> right(S - dataPointer(fixup), A);
            case R_PARISC_LTOFF21L -> left(got.slotOffset(fixup, S + A), 0);
            case R_PARISC_LTOFF14R -> right(got.slotOffset(fixup, S + A), 0);
            case R_PARISC_FPTR64 -> got.functionPointer(S + A);
            default -> throw new AssertionError(fixup.type() + " is S + A, which the engine computes");
        };
    }

    /** Where a value that counts from P leads. */
    private long goal(Fixup fixup) {
        return isOldDirect(fixup) ? fixup.S() : fixup.goal();
    }

    /** Whether the fixup is a branch within core or init in a kernel until 2.6.28, which gives it no stub and leaves its addend out. */
    private boolean isOldDirect(Fixup fixup) {
        return plan.room() == Room.HEAD && fixup.type().routed() && fixup.goal() == fixup.S() + fixup.A();
    }

    /** P with its two low bits cleared, as the kernel clears them. */
    private static long wordOf(Fixup fixup) {
        return fixup.P() & -4L;
    }

    private static long distance(Fixup branch, long to) {
        return to - wordOf(branch) + FROM_P;
    }

    private long dataPointer(Fixup fixup) {
        return placed.anchor(DATA_POINTER)
                .orElseThrow(() -> fixup.refused(Refusal.beyondKernel("counts from the kernel's " + DATA_POINTER
                        + ", which no source knows; vmlinux has it, System.map does not")))
                .value();
    }

    /** 32 bit: a stub for what does not reach, until 2.6.28 for every branch. 64 bit: also for every branch out of the module. */
    @Override
    public @Nullable Stub route(Fixup branch) {
        long target = width.wrap(branch.S() + branch.A());
        Kind kind = kind(branch, target);
        if (kind == null) {
            return null;
        }
        Area area = plan.area(placed, caller(branch), branch.sectionOffset(), start(branch));
        return plan.shares()
                ? shared.computeIfAbsent(new Callee(area, kind, target), any -> stub(branch, kind, target, area))
                : stub(branch, kind, target, area);
    }

    private @Nullable Kind kind(Fixup branch, long target) {
        boolean isOld = plan.room() == Room.HEAD;
        if (width == Width.BITS_32) {
            return !isOld && reaches(branch, target) ? null : Kind.LONG_BRANCH;
        }
        if (got.isLocal(target)) {
            boolean isDirect = isOld ? got.isInOneRegion(target, branch.P()) : reaches(branch, target);
            return isDirect ? null : Kind.DIRECT;
        }
        // why: the callee has a gp of its own; millicode, whose names start with $$, does not use gp
        return branch.symbolName().startsWith("$$") ? Kind.MILLICODE : Kind.GOT;
    }

    /** The address of the section that the branch is in. */
    private static long start(Fixup branch) {
        return branch.P() - branch.sectionOffset();
    }

    private Section caller(Fixup branch) {
        return placed.file().elf().section(branch.targetSection());
    }

    /** What the field of a branch to {@code to} holds, before it drops the two low bits. */
    private long displacement(Fixup branch, long to) {
        return width.signed(distance(branch, to & -4L));
    }

    private boolean reaches(Fixup branch, long to) {
        Field field = branch.type().field();
        long displacement = displacement(branch, to);
        return displacement >= field.leastSigned() && displacement <= field.greatestSigned();
    }

    private Stub stub(Fixup branch, Kind kind, long target, Area area) {
        int index = taken[area.number()]++;
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
        long loaded = left(S, A);
        if ((kind == Kind.MILLICODE || kind == Kind.DIRECT) && loaded != (int) loaded) {
            branch.silentLoss("the stub's ldil gives " + Address.of((int) loaded & -2048L) + " instead of "
                    + Address.of(loaded & -2048L));
        }
        return switch (kind) {
            case LONG_BRANCH -> PariscStubs.longBranch(S, A);
            case GOT -> throughGot(got.slotOffset(branch, target));
            case MILLICODE -> PariscStubs.millicode(S, A);
            case DIRECT -> PariscStubs.direct(S, A);
        };
    }

    private StubTemplate throughGot(long slotOffset) {
        return isWideGot ? PariscStubs.got(slotOffset) : PariscStubs.gotOf14Bits(slotOffset);
    }

    /** A branch that does not fit goes to a stub, since one that needs none is in reach in kernels since 2.6.29. */
    @Override
    public Refusal misfit(Fixup fixup, String what) {
        if (!fixup.type().routed() || isOldDirect(fixup)) {
            return fixup.type().misfit(fixup, what);
        }
        Field field = fixup.type().field();
        long to = fixup.goal();
        long quotient = width.wrap(distance(fixup, to)) >>> 2;
        return Refusal.of(
                        Errno.ENOEXEC,
                        "the stub at " + Address.of(to) + " is " + hex(displacement(fixup, to))
                                + " bytes away, outside ["
                                + hex(field.leastSigned()) + ", " + hex(field.greatestSigned()) + "]; "
                                + wayOut(caller(fixup), -field.leastSigned()))
                .logged("module " + fixup.moduleName() + " relocation of symbol " + fixup.symbolName()
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

    @Override
    public List<Stub> stubs() {
        return List.copyOf(used);
    }

    @Override
    public List<Finisher> finishers() {
        PariscAlternatives alternatives = new PariscAlternatives(
                placed.profile().machine(), width, placed.profile().has(PariscChange.SHORT_ALTERNATIVES));
        List<Finisher> finishers = new ArrayList<>(List.of(
                Finisher.of("GOT and descriptors", got::write),
                Finisher.of("unwind table", PariscFinish::sortUnwindTable),
                Finisher.of("GOT limit", image -> got.checkLimit()),
                Finisher.of("symbol table", PariscFinish::dropLocalLabels)));
        if (placed.profile().has(PariscChange.ALTERNATIVES)) {
            finishers.add(Finisher.of("alternatives", alternatives::apply));
        }
        return finishers;
    }
}
