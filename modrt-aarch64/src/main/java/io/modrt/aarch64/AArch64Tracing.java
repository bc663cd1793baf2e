package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.spi.*;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Function entries that the compiler began with two nops. When a module is loaded the first becomes {@code mov x9, x30}; the second, whose
 * address is the site's, is off as a nop and on as a {@code bl}. Kernels with CALL_OPS have a doubleword in front of each function, which
 * tells {@code ftrace_caller} whose tracer is meant: they know a tracer by its {@code struct ftrace_ops}, and so does a site here. Source:
 * Linux 6.1 and 6.12 {@code arch/arm64/kernel/ftrace.c}.
 *
 * @param isNew whether the kernel is one since 6.4: {@code ftrace_caller} serves all tracers, and init code has a trampoline of its own
 * @param hasOps whether there is a doubleword
 * @param hasBti whether functions may begin with {@code bti}
 * @param hasTrampolines not so where the kernel does not trace, or does without PLTs
 */
record AArch64Tracing(boolean isNew, boolean hasOps, boolean hasBti, boolean hasTrampolines) implements TracingSites {
    private static final String CALLER = "ftrace_caller";
    private static final String NOP_OPS = "ftrace_nop_ops";
    private static final String TRAMPOLINES = ".text.ftrace_trampoline";
    private static final int FROM_MOV = 4;
    private static final int FROM_OPS = 12;
    private static final int FROM_OPS_OVER_BTI = 16;

    /** The functions of the kernel that a {@code bl} goes to. */
    List<String> functions() {
        return isNew ? List.of(CALLER) : List.of(CALLER, "ftrace_regs_caller");
    }

    /** The sections of trampolines, that of core code first and that of init code last; each has an entry for each function. */
    List<String> sections() {
        List<String> sections = isNew ? List.of(TRAMPOLINES, ".init" + TRAMPOLINES) : List.of(TRAMPOLINES);
        return hasTrampolines ? sections : List.of();
    }

    /** The symbols that a load needs by name. */
    Set<String> anchors() {
        Set<String> anchors = hasOps ? Set.of(CALLER, NOP_OPS) : Set.copyOf(functions());
        return hasTrampolines ? anchors : Set.of();
    }

    /** With a doubleword those of the kernel's tracers that have a name. */
    @Override
    public Set<String> kernelEntries() {
        return hasOps ? Set.of("ftrace_list_ops", "global_ops", "graph_ops") : Set.copyOf(functions());
    }

    @Override
    public int alignmentBytes() {
        return Integer.BYTES;
    }

    @Override
    public String tableSection() {
        return "__patchable_function_entries";
    }

    @Override
    public long site(long entry, CodeReader code) {
        long function = entry + Long.BYTES;
        boolean isBti = hasBti
                && code.holds(function, Integer.BYTES)
                && (code.codeAt(function) & ~0xc0) == 0xd503_241f; // bti, bti c, bti j, bti jc
        // why: ftrace_call_adjust warns of a function that is not aligned, and returns 0
        long behindOps = entry % Long.BYTES != 0 ? 0 : entry + (isBti ? FROM_OPS_OVER_BTI : FROM_OPS);
        return hasOps ? behindOps : entry + Integer.BYTES;
    }

    /** Without {@code ftrace_nop_ops} among the kernel's symbols the doubleword stays as it was compiled. */
    @Override
    public void writeOff(long site, ModuleImage image) {
        if (hasOps) {
            long ops = site - FROM_OPS & -Long.BYTES;
            image.placed().anchor(NOP_OPS).ifPresent(address -> image.putPointerAt(ops, address.value()));
        }
        if (image.codeAt(site - FROM_MOV) != AArch64Code.NOP) {
            throw new FormatException(Refusal.of(Errno.EINVAL, "no nop in front of 0x" + Long.toHexString(site)));
        }
        image.putCodeAt(site - FROM_MOV, AArch64Code.MOV_X9_X30);
    }

    /** The trampolines to a function, that of core code first and that of init code last. */
    private List<Long> trampolines(PlacedSections placed, String function) {
        long offset = (long) functions().indexOf(function) * AArch64Plt.ENTRY_BYTES;
        return sections().stream()
                .flatMap(name -> placed.file().elf().section(name).flatMap(placed::address).stream())
                .map(start -> start.value() + offset)
                .toList();
    }

    /** Writes the trampolines, also where nothing needs them, to those functions that a source of symbols knows. */
    void writeTrampolines(ModuleImage image) {
        PlacedSections placed = image.placed();
        for (String function : functions()) {
            placed.anchor(function)
                    .ifPresent(target -> trampolines(placed, function)
                            .forEach(place -> AArch64Plt.write(image, place, target.value())));
        }
    }

    @Override
    public List<? extends SiteKind> kinds(PlacedSections placed) {
        return Stream.of(FROM_MOV, FROM_OPS, FROM_OPS_OVER_BTI)
                .filter(front -> hasOps == front > FROM_MOV && (hasBti || front < FROM_OPS_OVER_BTI))
                .map(front -> new Site(this, placed, front, front + 4, front / 4, hasOps ? 3 : 1))
                .toList();
    }

    /**
     * A function entry that the kernel patches. With a doubleword in front the site's entry is what that says, and the {@code bl} goes to
     * {@code ftrace_caller}. A {@code bl} that does not reach a function of the kernel goes through the module's own trampoline, which
     * counts as the function.
     *
     * @param bytesInFront from the doubleword, or else from {@code mov x9, x30}, to the site
     * @param last the index of the site's own word
     * @param writes the two halves of the doubleword, if there is one, and the site; {@code mov x9, x30} is there from the load on
     */
    private record Site(AArch64Tracing sites, PlacedSections placed, int bytesInFront, int bytes, int last, int writes)
            implements SiteKind {
        private static final ByteOrder CODE = ByteOrder.LITTLE_ENDIAN;

        @Override
        public String description() {
            return "patchable entry, " + bytesInFront + " bytes";
        }

        @Override
        public int write(int nth, State to) {
            return nth == writes - 1 ? last : nth;
        }

        private ByteBuffer ops(byte[] code) {
            boolean isBig = placed.file().elf().isBigEndian();
            return ByteBuffer.wrap(code).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public State state(long site, byte[] code) {
            boolean isElsewhere =
                    sites.hasOps && !Address.of(site - bytesInFront).isAligned(Long.BYTES);
            if (isElsewhere || CodeWords.get(code, last - 1, CODE) != AArch64Code.MOV_X9_X30) {
                return State.FOREIGN;
            }
            int word = CodeWords.get(code, last, CODE);
            boolean isOn = (word & 0xfc00_0000) == AArch64Code.BL;
            return isOn ? State.ON : word == AArch64Code.NOP ? State.OFF : State.FOREIGN;
        }

        @Override
        public long entry(long site, byte[] code) {
            long target = site + AArch64Reloc.IMM26.extract(CodeWords.get(code, last, CODE));
            Optional<Address> through = sites.functions().stream()
                    .filter(function -> sites.trampolines(placed, function).contains(target))
                    .findFirst()
                    .flatMap(placed::anchor);
            return sites.hasOps
                    ? ops(code).getLong(0)
                    : through.map(Address::value).orElse(target);
        }

        /** Where the {@code bl} of a site must go for the site to go to {@code entry}; 0 if nothing on the way is in reach. */
        private long way(long site, long entry) {
            long goal = sites.hasOps ? placed.anchor(CALLER).map(Address::value).orElse(0L) : entry;
            Stream<Long> through = sites.functions().stream()
                    .filter(function -> placed.anchor(function).equals(Optional.of(Address.of(goal))))
                    .map(function -> sites.trampolines(placed, function))
                    .flatMap(places -> places.stream().skip(isInit(site) ? places.size() / 2 : 0));
            return Stream.concat(Stream.of(goal), through)
                    .filter(target -> AArch64Code.reaches(site, target))
                    .findFirst()
                    .orElse(0L);
        }

        private boolean isInit(long site) {
            return Stream.of(RegionKind.INIT, RegionKind.INIT_TEXT)
                    .flatMap(region -> placed.range(region).stream())
                    .anyMatch(range -> range.contains(Address.of(site)));
        }

        @Override
        public boolean reaches(long site, Address entry) {
            return way(site, entry.value()) != 0;
        }

        @Override
        public void on(long site, byte[] code, long entry) {
            if (sites.hasOps) {
                ops(code).putLong(0, entry);
            }
            CodeWords.put(code, last, CODE, AArch64Code.branch(AArch64Code.BL, site, way(site, entry)));
        }

        @Override
        public void off(long site, byte[] code) {
            if (sites.hasOps) {
                placed.anchor(NOP_OPS).ifPresent(address -> ops(code).putLong(0, address.value()));
            }
            CodeWords.put(code, last, CODE, AArch64Code.NOP);
        }
    }
}
