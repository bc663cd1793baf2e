package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.spi.CodeReader;
import io.modrt.spi.CodeWords;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Function entries that the compiler began with two nops. When a module is loaded the first becomes {@code mov x9, x30}; the second, whose
 * address is the site's, is off as a nop and on as a {@code bl}. Kernels with CALL_OPS have a doubleword in front of each function, which
 * tells {@code ftrace_caller} whose tracer is meant: they know a tracer by its {@code struct ftrace_ops}, and so do we. Source: Linux 6.1
 * and 6.12 {@code arch/arm64/kernel/ftrace.c}.
 *
 * @param anchors the symbols that a load needs by name
 * @param kernelEntries the functions that a site may go to, or with CALL_OPS the kernel's own tracers
 * @param functions the functions that a {@code bl} goes to
 * @param sections the sections of trampolines, that of core code first; each has an entry for each function
 * @param bytesInFront how many bytes before the site the doubleword, or else {@code mov x9, x30}, may begin
 */
record AArch64Tracing(
        Set<String> anchors,
        Set<String> kernelEntries,
        List<String> functions,
        List<String> sections,
        List<Integer> bytesInFront)
        implements TracingSites {
    private static final String CALLER = "ftrace_caller";
    private static final String NOP_OPS = "ftrace_nop_ops";
    private static final String TRAMPOLINES = ".text.ftrace_trampoline";
    private static final int FROM_MOV = 4;
    private static final int FROM_OPS = 12;
    private static final int FROM_OPS_OVER_BTI = 16;

    /** The sites of a kernel, new since 6.4; there are no trampolines where it does not trace, or does without PLTs. */
    static AArch64Tracing of(KernelProfile profile, boolean isNew, boolean hasTrampolines) {
        boolean hasOps = isNew && profile.has(AArch64Arch.CALL_OPS);
        List<String> functions = isNew ? List.of(CALLER) : List.of(CALLER, "ftrace_regs_caller");
        List<String> sections = isNew ? List.of(TRAMPOLINES, ".init" + TRAMPOLINES) : List.of(TRAMPOLINES);
        List<Integer> fromOps =
                profile.has(AArch64Arch.BTI_KERNEL) ? List.of(FROM_OPS, FROM_OPS_OVER_BTI) : List.of(FROM_OPS);
        return new AArch64Tracing(
                hasOps ? Set.of(CALLER, NOP_OPS) : Set.copyOf(functions),
                hasOps ? Set.of("ftrace_list_ops", "global_ops", "graph_ops") : Set.copyOf(functions),
                functions,
                hasTrampolines ? sections : List.of(),
                hasOps ? fromOps : List.of(FROM_MOV));
    }

    @Override
    public String tableSection() {
        return "__patchable_function_entries";
    }

    private boolean hasOps() {
        return !bytesInFront.contains(FROM_MOV);
    }

    @Override
    public long site(long entry, CodeReader code) {
        if (!hasOps()) {
            return entry + Integer.BYTES;
        }
        long function = entry + Long.BYTES;
        boolean isBti = bytesInFront.contains(FROM_OPS_OVER_BTI)
                && code.holds(function, Integer.BYTES)
                && (code.codeAt(function) & ~0xc0) == 0xd503_241f; // bti, bti c, bti j, bti jc
        // why: the kernel warns of a function that is not aligned, and drops it
        return !Address.of(entry).isAligned(Long.BYTES) ? 0 : entry + (isBti ? FROM_OPS_OVER_BTI : FROM_OPS);
    }

    /** Without {@code ftrace_nop_ops} among the kernel's symbols the doubleword stays as it was compiled. */
    @Override
    public void writeOff(long site, ModuleImage image) {
        if (hasOps()) {
            long ops = site - FROM_OPS & -Long.BYTES;
            image.placed().anchor(NOP_OPS).ifPresent(address -> image.putPointerAt(ops, address.value()));
        }
        int found = image.codeAt(site - FROM_MOV);
        if (found != AArch64Code.NOP) {
            String what = "0x" + Integer.toHexString(found) + " in front of 0x" + Long.toHexString(site) + " is no nop";
            throw new FormatException(Refusal.of(Errno.EINVAL, what));
        }
        image.putCodeAt(site - FROM_MOV, AArch64Code.MOV_X9_X30);
    }

    /**
     * A function, and the trampolines of the module that lead there.
     *
     * @param trampolines that of core code first and that of init code last
     */
    private record Call(long function, List<Long> trampolines) {}

    /** Those of the functions that a source of symbols knows. */
    private List<Call> calls(PlacedSections placed) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            long offset = (long) i * AArch64Plt.ENTRY_BYTES;
            List<Long> trampolines = sections.stream()
                    .flatMap(name -> placed.file().elf().section(name).flatMap(placed::address).stream())
                    .map(start -> start.value() + offset)
                    .toList();
            placed.anchor(functions.get(i)).ifPresent(function -> calls.add(new Call(function.value(), trampolines)));
        }
        return calls;
    }

    /** Writes the trampolines, also where nothing needs them. */
    void writeTrampolines(ModuleImage image) {
        for (Call call : calls(image.placed())) {
            call.trampolines.forEach(place -> AArch64Plt.write(image, place, call.function));
        }
    }

    @Override
    public List<? extends SiteKind> kinds(PlacedSections placed) {
        return bytesInFront.stream()
                .map(bytes -> new Site(
                        "patchable entry, " + bytes + " bytes",
                        bytes,
                        bytes + Integer.BYTES,
                        hasOps() ? 3 : 1,
                        placed,
                        calls(placed),
                        placed.anchor(NOP_OPS)))
                .toList();
    }

    /**
     * A function entry that the kernel patches. With a doubleword in front the site's entry is what that says, and the {@code bl} goes to
     * {@code ftrace_caller}. A {@code bl} that does not reach a function of the kernel goes through the module's own trampoline, which
     * counts as the function.
     *
     * @param writes the two halves of the doubleword, if there is one, and the site; {@code mov x9, x30} is there from the load on
     * @param calls the functions, {@code ftrace_caller} first
     * @param nopOps what the doubleword says when the site is off; where that is not known it stays
     */
    private record Site(
            String description,
            int bytesInFront,
            int bytes,
            int writes,
            PlacedSections placed,
            List<Call> calls,
            Optional<Address> nopOps)
            implements SiteKind {
        private static final ByteOrder CODE = ByteOrder.LITTLE_ENDIAN;

        private boolean hasOps() {
            return writes > 1;
        }

        private ByteBuffer ops(byte[] code) {
            boolean isBig = placed.file().elf().isBigEndian();
            return ByteBuffer.wrap(code).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        }

        /** The index of the site's own word. */
        private int last() {
            return bytesInFront / Integer.BYTES;
        }

        @Override
        public int write(int nth, State to) {
            return nth == writes - 1 ? last() : nth;
        }

        @Override
        public State state(long site, byte[] code) {
            boolean isElsewhere = hasOps() && !Address.of(site - bytesInFront).isAligned(Long.BYTES);
            if (isElsewhere || CodeWords.get(code, last() - 1, CODE) != AArch64Code.MOV_X9_X30) {
                return State.FOREIGN;
            }
            int word = CodeWords.get(code, last(), CODE);
            boolean isOn = (word & 0xfc00_0000) == AArch64Code.BL;
            return isOn ? State.ON : word == AArch64Code.NOP ? State.OFF : State.FOREIGN;
        }

        @Override
        public long entry(long site, byte[] code) {
            long target = site + AArch64Reloc.IMM26.extract(CodeWords.get(code, last(), CODE));
            Stream<Call> through = calls.stream().filter(call -> call.trampolines.contains(target));
            return hasOps()
                    ? ops(code).getLong(0)
                    : through.mapToLong(Call::function).findFirst().orElse(target);
        }

        /** Where the {@code bl} of a site must go for the site to go to {@code entry}; 0 if nothing on the way is in reach. */
        private long way(long site, long entry) {
            long function = !hasOps() ? entry : calls.isEmpty() ? 0 : calls.get(0).function;
            boolean isInit = Arrays.stream(RegionKind.values())
                    .filter(RegionKind::isInit)
                    .anyMatch(kind -> placed.range(kind)
                            .filter(range -> range.contains(Address.of(site)))
                            .isPresent());
            return Stream.concat(
                            Stream.of(function),
                            calls.stream()
                                    .filter(call -> call.function == function && !call.trampolines.isEmpty())
                                    .map(call -> call.trampolines.get(isInit ? call.trampolines.size() - 1 : 0)))
                    .filter(target -> AArch64Code.reaches(site, target))
                    .findFirst()
                    .orElse(0L);
        }

        @Override
        public boolean reaches(long site, Address entry) {
            return way(site, entry.value()) != 0;
        }

        @Override
        public void on(long site, byte[] code, long entry) {
            if (hasOps()) {
                ops(code).putLong(0, entry);
            }
            CodeWords.put(code, last(), CODE, AArch64Code.branch(AArch64Code.BL, site, way(site, entry)));
        }

        @Override
        public void off(long site, byte[] code) {
            if (hasOps()) {
                nopOps.ifPresent(address -> ops(code).putLong(0, address.value()));
            }
            CodeWords.put(code, last(), CODE, AArch64Code.NOP);
        }
    }
}
