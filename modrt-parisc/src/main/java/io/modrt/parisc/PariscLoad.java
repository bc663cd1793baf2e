package io.modrt.parisc;

import static io.modrt.parisc.PariscReloc.FROM_P;
import static io.modrt.parisc.PariscReloc.left;
import static io.modrt.parisc.PariscReloc.right;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.parisc.PariscPlan.Room;
import io.modrt.spi.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One load: computes the values of relocations, and sends branches through {@linkplain PariscStubs stubs}. */
final class PariscLoad implements ArchLoad {
    /** The kernel symbol to which the kernel's r27 points. */
    static final String DATA_POINTER = "$global$";

    private record Callee(int area, PariscStub kind, long target) {}

    private final PlacedSections placed;
    private final PariscPlan plan;
    private final Width width;
    private final PariscGot got;
    /** How many stubs each area has given, modulo 65,536: there are thousands of areas. */
    private final char[] taken;
    /** What {@link #taken} leaves out, of areas that have given more. */
    private final Map<Integer, Integer> more = new HashMap<>();

    private final PariscStubs stubs;
    /** The address of the stub for each callee, if branches share stubs. */
    private final Map<Callee, Long> shared = new HashMap<>();

    private final boolean isWideGot;
    /** The section that is relocated. */
    private Section caller;

    private final SymbolTable symbols;
    private final Optional<Address> dataPointer;

    PariscLoad(PlacedSections placed, PariscPlan plan, Width width, SymbolValues values) {
        this.placed = placed;
        this.plan = plan;
        this.width = width;
        this.taken = new char[plan.areas()];
        this.got = new PariscGot(placed, plan);
        this.isWideGot = placed.profile().has(PariscChange.WIDE_GOT);
        this.caller = placed.file().elf().section(0);
        this.symbols = placed.file().symbols();
        this.stubs = new PariscStubs(width, plan.stubBytes(), symbols, values);
        this.dataPointer = placed.anchor(DATA_POINTER);
    }

    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        caller = relocations.target();
    }

    @Override
    public long value(Fixup fixup) {
        long target = fixup.S() + fixup.A();
        return switch ((PariscReloc) fixup.type()) {
            case R_PARISC_PCREL21L -> left(distance(fixup, target), 0);
            case R_PARISC_PCREL14R -> right(distance(fixup, target), 0);
            case R_PARISC_LTOFF21L -> left(got.slotOffset(fixup, target), 0);
            case R_PARISC_LTOFF14R -> right(got.slotOffset(fixup, target), 0);
            case R_PARISC_FPTR64 -> got.functionPointer(target);
            default -> throw new AssertionError(fixup.type() + " has a formula, which the engine computes");
        };
    }

    /** Whether the fixup is a branch within core or init in a kernel until 2.6.28, which gives it no stub and leaves its addend out. */
    private boolean isOldDirect(Fixup fixup) {
        return plan.room() == Room.HEAD && fixup.type().routed() && fixup.goal() == fixup.S();
    }

    /** P with its two low bits cleared, as the kernel clears them. */
    private static long wordOf(Fixup fixup) {
        return fixup.P() & -4L;
    }

    private static long distance(Fixup branch, long to) {
        return to - wordOf(branch) + FROM_P;
    }

    @Override
    public long base(Fixup fixup) {
        return dataPointer
                .orElseThrow(() -> fixup.refused(Refusal.beyondKernel("counts from the kernel's " + DATA_POINTER
                        + ", which no source knows; vmlinux has it, System.map does not")))
                .value();
    }

    /** 32 bit: a stub for what does not reach, until 2.6.28 for every branch. 64 bit: also for every branch out of the module. */
    @Override
    public long route(Fixup branch) {
        PariscStub kind = kind(branch);
        if (kind == null) {
            // why: kernels until 2.6.28 leave the addend out
            return plan.room() == Room.HEAD ? branch.S() : branch.goal();
        }
        int area = plan.area(placed, caller, branch.sectionOffset());
        return plan.shares()
                ? shared.computeIfAbsent(
                        new Callee(area, kind, width.wrap(branch.goal())), any -> stub(branch, kind, area))
                : stub(branch, kind, area);
    }

    /** The kind of stub that a branch needs; for one through the GOT, that for a distant slot. Null if it needs none. */
    private @Nullable PariscStub kind(Fixup branch) {
        long target = width.wrap(branch.goal());
        boolean isOld = plan.room() == Room.HEAD;
        if (width == Width.BITS_32) {
            return !isOld && reaches(branch, target) ? null : PariscStub.LONG_BRANCH;
        }
        if (got.isLocal(target)) {
            boolean isDirect = isOld ? got.isInOneRegion(target, branch.P()) : reaches(branch, target);
            return isDirect ? null : PariscStub.DIRECT;
        }
        // why: the callee has a gp of its own; millicode, whose names start with $$, does not use gp
        return symbols.startsWith(branch.symbol(), "$$") ? PariscStub.MILLICODE : PariscStub.GOT;
    }

    /** The address of the section that the branch is in. */
    private static long start(Fixup branch) {
        return branch.P() - branch.sectionOffset();
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

    /** The index of the next stub of {@code area}. */
    private int take(int area) {
        int index = taken[area] + (more.isEmpty() ? 0 : more.getOrDefault(area, 0));
        if (++taken[area] == 0) {
            more.put(area, index + 1);
        }
        return index;
    }

    /** Makes a stub in {@code area}. Returns its address. */
    private long stub(Fixup branch, PariscStub kind, int area) {
        int index = take(area);
        if (index >= plan.reserved(area)) {
            throw branch.refused(Refusal.beyondKernel("no stub is left, " + plan.reserved(area)
                    + " were counted before layout; here the kernel stops itself (BUG)"));
        }
        long start = plan.start(area, placed, caller, start(branch));
        long address = width.wrap(start + (long) index * plan.stubBytes());
        if (kind == PariscStub.GOT) {
            int slotOffset = got.slotOffset(branch, branch.goal());
            stubs.add(isWideGot ? PariscStub.got(slotOffset) : PariscStub.GOT_OF_14_BITS, branch, address, slotOffset);
        } else {
            if (kind != PariscStub.LONG_BRANCH) {
                reportLoss(branch);
            }
            stubs.add(kind, branch, address, 0);
        }
        return address;
    }

    /** Reports that {@code ldil} loses the upper half of an address. */
    private static void reportLoss(Fixup branch) {
        long loaded = left(branch.S(), branch.A());
        if (loaded != (int) loaded) {
            branch.silentLoss("the stub's ldil gives " + Address.of((int) loaded & -2048L) + " instead of "
                    + Address.of(loaded & -2048L));
        }
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
                                + wayOut(-field.leastSigned()))
                .logged("module " + fixup.moduleName() + " relocation of symbol " + fixup.symbolName()
                        + " is out of range (" + hex(quotient) + " in " + field.bits() + " bits)");
    }

    private String wayOut(long reachBytes) {
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
        return stubs.list();
    }

    @Override
    public int writeStubs(ModuleImage image) {
        return stubs.write(image);
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
