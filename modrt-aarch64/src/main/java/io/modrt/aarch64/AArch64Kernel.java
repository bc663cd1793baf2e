package io.modrt.aarch64;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.error.*;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.*;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.spi.*;
import io.modrt.version.KernelVersion;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One AArch64 kernel: what its version, its configuration and its machine decide. */
final class AArch64Kernel implements ArchKernel, StaticBranches {
    /** {@code brk #4}, as live kernels have it where a kprobe is. */
    private static final int KPROBE = 0xd420_0080;

    /** The machine feature that says the same as the capability. */
    private static final String FEATURE_843419 = "erratum-843419";
    /** The number of the capability, in versions where it is known. */
    private static final Map<KernelVersion, Integer> CAPABILITY_843419 =
            Map.of(new KernelVersion(6, 1, 192), 54, new KernelVersion(6, 12, 117), 70);

    private static final int CAPABILITY_BITS = 128;
    private static final String LOG = ": module PLT section(s) missing";
    private static final Address MODULES = Address.of(0xffff_8000_0000_0000L); // with addresses of 48 bits
    private static final long WINDOW_BYTES = 2L << 30;

    final MachineFacts machine;
    /** Whether {@code adrp} is not to be trusted in the last two words of a page. */
    final boolean hasErratum;
    /** Whether branches are sorted and counted: since 6.4 always, before that where the kernel may be moved. */
    final boolean sortsBranches;
    /** The PLT sections that a module must have, that of core code first; none where the kernel can do without. */
    final List<String> plts;

    /** The byte order of data. */
    private final ByteOrder order;

    private final boolean isNew;
    private final int pageBytes;
    private final boolean hasWideArea;
    private final AArch64Tracing tracing;
    private final TableShapes tables;

    AArch64Kernel(KernelProfile profile, ElfHeader header) {
        order = header.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        machine = profile.machine();
        pageBytes = profile.pageBytes();
        machine.requireFeaturesAmong(Set.of(FEATURE_843419));
        isNew = profile.layoutRules() == LayoutRules.MEMORY_TYPES;
        boolean worksAround = profile.has(AArch64Arch.ERRATUM_843419);
        int capability = CAPABILITY_843419.getOrDefault(profile.version(), -1);
        hasErratum = worksAround
                && profile.has(AArch64Change.ERRATUM_VENEERS)
                && (machine.hasFeature(FEATURE_843419) || machine.hasCapability(capability));
        boolean isMovable = profile.has(AArch64Change.MODULE_PLTS) && profile.has(AArch64Arch.RANDOMIZE_BASE);
        sortsBranches = isNew || isMovable;
        boolean hasPlts = sortsBranches || (worksAround && profile.has(AArch64Change.ERRATUM_VENEERS));
        List<String> sections = profile.has(AArch64Change.INIT_PLT) ? List.of(".plt", ".init.plt") : List.of(".plt");
        plts = hasPlts ? sections : List.of();
        tables = AArch64Tables.of(profile);
        hasWideArea = profile.has(AArch64Change.WIDE_MODULE_AREA);
        tracing = new AArch64Tracing(
                isNew,
                isNew && profile.has(AArch64Arch.CALL_OPS),
                profile.has(AArch64Arch.BTI_KERNEL),
                profile.has(AArch64Change.TRAMPOLINES_AT_LOAD)
                        && profile.has(ConfigOption.DYNAMIC_FTRACE)
                        && !plts.isEmpty());
    }

    /** The bitmap of capabilities, which is called {@code cpu_hwcaps} in old kernels and {@code system_cpucaps} in new ones. */
    @Override
    public MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
        return symbols.find("system_cpucaps")
                .or(() -> symbols.find("cpu_hwcaps"))
                .map(bitmap -> KernelBitmap.read(memory, bitmap.value(), Long.BYTES, order, CAPABILITY_BITS))
                .map(capabilities -> MachineFacts.unknown().withCapabilities(capabilities))
                .orElse(MachineFacts.unknown());
    }

    @Override
    public OptionalInt kprobeInstruction() {
        return OptionalInt.of(KPROBE);
    }

    @Override
    public OptionalLong branchTarget(long site, CodeReader code) {
        return AArch64Branches.target(site, code);
    }

    @Override
    public Optional<AddressTranslation> translation(
            MemoryReader memory, List<AddressRange> ranges, KernelSymbols symbols) {
        return new AArch64Paging(memory, ranges, pageBytes).find(symbols);
    }

    @Override
    public Width width() {
        return Width.BITS_64;
    }

    /** Instructions are little endian in either byte order of data. */
    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    /** Until 4.5 the 64 MB below the kernel. Before 6.4 the 128 MB below the kernel come first; then, as in later kernels at once, the 2 GB from where all of it is in reach. */
    @Override
    public List<AddressRange> moduleAreas() {
        AddressRange kernel = kernelArea();
        if (!hasWideArea) {
            return List.of(AddressRange.between(kernel.start().plus(-(64L << 20)), kernel.start()));
        }
        AddressRange below = AddressRange.between(isNew ? kernel.end().plus(-WINDOW_BYTES) : MODULES, kernel.start());
        return isNew ? List.of(below) : List.of(below, AddressRange.between(kernel.end(), MODULES.plus(WINDOW_BYTES)));
    }

    /** At most 2 GB from the kernel's code, wherever that is. */
    @Override
    public List<AddressRange> moduleAreas(KernelSymbols symbols) {
        return symbols.find("_stext")
                .map(code -> code.value().plus(-WINDOW_BYTES))
                .map(start -> start.plus(-(start.value() & pageBytes - 1)))
                .map(start -> List.of(new AddressRange(start, 2 * WINDOW_BYTES)))
                .orElseGet(this::moduleAreas);
    }

    /** From the nominal kernel base on. */
    @Override
    public AddressRange kernelArea() {
        return new AddressRange(MODULES.plus(isNew ? WINDOW_BYTES : 128L << 20), 64L << 20);
    }

    @Override
    public boolean protectsModules() {
        return true;
    }

    /** What the kernel's lines about relocations begin with. */
    String logPrefix() {
        return isNew ? "Modules: " : "";
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return AArch64Reloc.table(addends, hasErratum, logPrefix());
    }

    @Override
    public TableShapes tables() {
        return tables;
    }

    @Override
    public TableShapes tables(ModuleFile file) {
        return AArch64Tables.of(file, tables);
    }

    @Override
    public AArch64Tracing tracing() {
        return tracing;
    }

    @Override
    public Set<String> anchors() {
        return tracing.anchors();
    }

    @Override
    public boolean isMappingSymbol(String name) {
        return (name.startsWith("$x") || name.startsWith("$d")) && (name.length() == 2 || name.charAt(2) == '.');
    }

    @Override
    public void check(ModuleFile file) {
        List<String> needed = new ArrayList<>(plts);
        needed.addAll(tracing.sections());
        for (String name : needed) {
            if (file.elf().section(name).isEmpty()) {
                Refusal missing = Refusal.of(Errno.ENOEXEC, file.name() + ": has no section " + name);
                throw new FormatException(plts.contains(name) ? missing.logged(file.name() + LOG) : missing);
            }
        }
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new AArch64Plan(input.file(), this);
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(this);
    }

    @Override
    public int sizeBytes(long site, CodeReader code) {
        return Integer.BYTES;
    }

    @Override
    public byte[] notTaken(int sizeBytes) {
        return CodeWords.bytes(codeOrder(), AArch64Code.NOP);
    }

    @Override
    public byte[] taken(BranchSite site, long target) {
        return CodeWords.bytes(codeOrder(), AArch64Code.branch(AArch64Code.B, site.address(), target));
    }
}
