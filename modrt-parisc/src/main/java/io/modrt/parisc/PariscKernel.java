package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelBitmap;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.*;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One PA-RISC kernel. */
record PariscKernel(Width width, KernelProfile profile) implements ArchKernel {
    /** The vmalloc area below the kernel, without its first 8 MB, which machines with a PCX-L, such as QEMU's B160, use for DMA. */
    private static final AddressRange NARROW_AREA =
            AddressRange.between(Address.of(0x0081_0000L), Address.of(0x0f7f_e000L));

    private static final AddressRange WIDE_AREA = AddressRange.between(Address.of(0x8000L), Address.of(0x3f7f_e000L));
    /** What PDC says of the caches: the size of that for instructions comes first, that of the one for data here. */
    private static final String CACHES = "cache_info";

    private static final int DATA_CACHE_WORD = 6;
    private static final String PRESENT = "__cpu_present_mask";
    private static final AddressRange KERNEL_AREA = new AddressRange(Address.of(0x6000_0000L), 0x1000_0000L);

    private static final StaticBranches STATIC_BRANCHES = StaticBranches.ofWords(
            ByteOrder.BIG_ENDIAN,
            0x0800_0240, // nop
            new StaticBranches.Jump(0xe800_0002, PariscField.W17, Formula.S_A_P, -8)); // b,n

    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(width == Width.BITS_32 ? NARROW_AREA : WIDE_AREA);
    }

    @Override
    public AddressRange kernelArea() {
        return KERNEL_AREA;
    }

    /** The kernel applies no SHT_REL sections. */
    @Override
    public RelocationTable relocations(AddendKind addends) {
        RelocationTable types = addends == AddendKind.EXPLICIT
                ? PariscReloc.table(width, profile)
                : RelocationTable.of(List.<PariscReloc>of());
        if (!profile.has(PariscChange.REL_NAMED)) {
            types = types.unsupported("RELOCATION unsupported");
        }
        // why: the kernel takes a symbol whose value is 0, weak or not, for one that it could not find
        return types.errorValues(new AddressRange(Address.of(0), 1), RelocationTable.WeakErrorValue.REFUSED)
                .unknownType((module, number) -> Refusal.of(
                                Errno.ENOEXEC,
                                "relocation type " + number + " is none that kernels of this width apply")
                        .logged("module " + module + ": Unknown relocation: " + number));
    }

    /**
     * The kernel sets the int {@code running_on_qemu} if it finds that QEMU emulates the machine, and clears {@code split_tlb} if one TLB is
     * for code and data. A 64-bit kernel runs on processors alone that purge their own TLB.
     */
    @Override
    public MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
        MachineFacts facts = MachineFacts.unknown();
        if (number(symbols, memory, "running_on_qemu", 0).orElse(0) != 0) {
            facts = facts.withFeatures(PariscAlternatives.QEMU);
        }
        if (number(symbols, memory, "no_alternatives", 0).orElse(0) != 0) {
            facts = facts.withFeatures(PariscAlternatives.NO_ALTERNATIVES);
        }
        if (number(symbols, memory, "split_tlb", 0).orElse(1) == 0) {
            facts = facts.withFeatures(PariscAlternatives.COMBINED_TLB);
        }
        int wordBytes = width.bytes();
        int low = wordBytes - Integer.BYTES;
        if (number(symbols, memory, CACHES, low).orElse(1) == 0) {
            facts = facts.withFeatures(PariscAlternatives.NO_INSTRUCTION_CACHE);
        }
        if (number(symbols, memory, CACHES, DATA_CACHE_WORD * wordBytes + low).orElse(1) == 0) {
            facts = facts.withFeatures(PariscAlternatives.NO_DATA_CACHE);
        }
        Optional<KernelSymbol> present = symbols.find(PRESENT);
        if (present.isPresent()) {
            Set<Integer> cpus = KernelBitmap.read(
                    memory, present.get().value(), wordBytes, ByteOrder.BIG_ENDIAN, wordBytes * Byte.SIZE);
            facts = cpus.isEmpty() ? facts : facts.withPresentCpus(cpus.size());
            facts = width == Width.BITS_64 ? facts.withFeatures(PariscAlternatives.LOCAL_TLB_PURGE) : facts;
        }
        return facts;
    }

    /** Whether a 32-bit kernel runs on a processor that purges its own TLB, no symbol says, nor whether the directories of IO are coherent. */
    @Override
    public List<MachineFacts> undecided(KernelSymbols symbols) {
        List<MachineFacts> facts = new ArrayList<>();
        Map.of(
                        "running_on_qemu",
                        List.of(PariscAlternatives.QEMU),
                        "no_alternatives",
                        List.of(PariscAlternatives.NO_ALTERNATIVES),
                        "split_tlb",
                        List.of(PariscAlternatives.COMBINED_TLB),
                        CACHES,
                        List.of(PariscAlternatives.NO_INSTRUCTION_CACHE, PariscAlternatives.NO_DATA_CACHE))
                .forEach((symbol, features) -> {
                    if (symbols.find(symbol).isEmpty()) {
                        features.forEach(
                                feature -> facts.add(MachineFacts.unknown().withFeatures(feature)));
                    }
                });
        if (symbols.find(PRESENT).isEmpty()) {
            facts.add(MachineFacts.of(1));
        }
        if (width == Width.BITS_32) {
            facts.add(MachineFacts.unknown().withFeatures(PariscAlternatives.LOCAL_TLB_PURGE));
        }
        facts.add(MachineFacts.unknown().withFeatures(PariscAlternatives.COHERENT_IO));
        return facts;
    }

    /** The int at {@code offset} behind a symbol; empty if the symbol is not known. */
    private static OptionalInt number(KernelSymbols symbols, MemoryReader memory, String symbol, int offset) {
        Optional<KernelSymbol> found = symbols.find(symbol);
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        byte[] bytes = new byte[Integer.BYTES];
        memory.read(found.get().value().plus(offset), bytes, 0, bytes.length);
        return OptionalInt.of((int) PageTables.entry(bytes, 0, Width.BITS_32, ByteOrder.BIG_ENDIAN));
    }

    @Override
    public OptionalLong branchTarget(long site, CodeReader code) {
        return PariscBranches.target(site, code, width);
    }

    @Override
    public Optional<AddressTranslation> translation(
            MemoryReader memory, List<AddressRange> ranges, KernelSymbols symbols) {
        return new PariscPaging(memory, ranges, width).find(symbols);
    }

    @Override
    public TableShapes tables() {
        return new TableShapes(
                new TableShapes.ExportTable(width.bytes(), TableShapes.Reference.ABSOLUTE),
                exceptionTable(),
                new TableShapes.JumpTable(Integer.BYTES, width.bytes(), TableShapes.Reference.FROM_FIELD));
    }

    private TableShapes.ExceptionTable exceptionTable() {
        if (!profile.has(PariscChange.RELATIVE_EXCEPTIONS)) {
            return new TableShapes.ExceptionTable(2 * width.bytes(), width.bytes(), TableShapes.Reference.ABSOLUTE, 2);
        }
        int entryBytes = profile.has(PariscChange.ERROR_REGISTER) ? 12 : 8;
        return new TableShapes.ExceptionTable(entryBytes, Integer.BYTES, TableShapes.Reference.FROM_FIELD, 2);
    }

    @Override
    public Set<String> anchors() {
        return width == Width.BITS_32 ? Set.of(PariscLoad.DATA_POINTER) : Set.of();
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return profile.has(PariscChange.JUMP_LABELS) ? Optional.of(STATIC_BRANCHES) : Optional.empty();
    }

    @Override
    public TracingSites tracing() {
        return profile.has(PariscChange.PATCHABLE_ENTRIES) ? PariscTracing.of(width, profile) : TracingSites.none();
    }

    @Override
    public KernelBoot boot() {
        return new PariscBoot(width, profile);
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new PariscPlan(input, profile, width);
    }
}
