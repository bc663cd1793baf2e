package io.modrt.spi;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apiguardian.api.API;

/** What an architecture says of one kernel, the same for all its modules. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ArchKernel {

    /** The width of addresses. */
    Width width();

    /**
     * The address that this kernel means by {@code given}, which comes from outside: from a symbol table, a memory image, another program or
     * a user. Tools write an address of 32 bits with 8 digits or, zero-extended or sign-extended, with 16. Where a 64-bit kernel lies at
     * addresses that are sign-extended from 32 bits, 8 digits stand for those. An address that the kernel does not have is returned as given.
     */
    default long canonical(long given) {
        boolean isExtended = given == (int) given && given < 0;
        return width() == Width.BITS_32 && isExtended ? width().wrap(given) : given;
    }

    /** The same, of an address. */
    default Address canonical(Address given) {
        long meant = canonical(given.value());
        return meant == given.value() ? given : Address.of(meant);
    }

    /** The byte order of instructions. Data has the order that the module's ELF header states. */
    ByteOrder codeOrder();

    /**
     * The address ranges in which the kernel allocates modules, in the order in which it tries them: at least one, no two overlap.
     */
    List<AddressRange> moduleAreas();

    /**
     * The address ranges in which a kernel with these symbols may have its modules, where it may lie elsewhere than
     * {@link #moduleAreas()} has it.
     */
    default List<AddressRange> moduleAreas(KernelSymbols symbols) {
        return moduleAreas();
    }

    /**
     * The address range of made-up kernel symbols and, in its last 16 MB, of per-CPU bases if the embedder gives no allocator for those.
     * Relocations of modules in {@link #moduleAreas} reach it, no module lies in it, and it is larger than 16 MB.
     */
    AddressRange kernelArea();

    /**
     * The types that the kernel applies in relocation sections of this kind; a table without types if it refuses such sections. It may also
     * have types {@linkplain RelocationTable#beyondKernel beyond the kernel}.
     */
    RelocationTable relocations(AddendKind addends);

    /** The shapes of the tables that the kernel reads or sorts. */
    TableShapes tables();

    /**
     * The shapes of the tables in {@code file}. Vendors take shapes over from later kernels, so an architecture with shapes of several ages
     * goes by what the file shows; others have one shape.
     */
    default TableShapes tables(ModuleFile file) {
        return tables();
    }

    /** The call sites of the function tracer. */
    default TracingSites tracing() {
        return TracingSites.none();
    }

    /** The code of static branches; empty if it is not known. */
    default Optional<StaticBranches> staticBranches() {
        return Optional.empty();
    }

    /**
     * The names of kernel symbols that a load needs besides the module's imports. {@link PlacedSections#anchor} has their values; those
     * that the runtime's symbols lack are made up, if these make symbols up.
     */
    default Set<String> anchors() {
        return Set.of();
    }

    /**
     * The facts about the machine that the kernel's own memory holds, for example a bitmap of capabilities at a symbol
     * ({@link io.modrt.kernel.KernelBitmap}); {@link MachineFacts#unknown()} if {@code symbols} does not have that symbol, or if this
     * kernel holds no such facts.
     *
     * @param symbols the kernel's symbols
     * @param memory the kernel's memory, running or dumped
     * @throws io.modrt.error.MemoryException if the memory at a known symbol cannot be read
     */
    default MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
        return MachineFacts.unknown();
    }

    /**
     * The facts about the machine that {@link #machine} cannot read, since {@code symbols} does not have the symbols or the kernel keeps no
     * such facts; each may hold or not. Code that a kernel rewrites for such a fact may be in either form.
     */
    default List<MachineFacts> undecided(KernelSymbols symbols) {
        return List.of();
    }

    /** Whether the kernel protects the pages of modules under STRICT_MODULE_RWX: whether the architecture has {@code set_memory_ro} and its like. */
    default boolean protectsModules() {
        return false;
    }

    /**
     * Where the code from {@code site} on leads at once, by a branch that is always taken, or by a jump to an address that the first words
     * put into a register; empty if it goes on behind them, or if the architecture does not tell. The code may be anything.
     */
    default OptionalLong branchTarget(long site, CodeReader code) {
        return OptionalLong.empty();
    }

    /**
     * The instruction that the kernel puts where a kprobe is; empty if the kernel has no kprobes, or if the architecture does not tell.
     */
    default OptionalInt kprobeInstruction() {
        return OptionalInt.empty();
    }

    /**
     * How this kernel maps its addresses to those of the machine, as far as that can be found in the machine's memory; empty if the
     * architecture does not tell, or finds no page tables.
     *
     * @param memory the machine's memory, by physical address
     * @param ranges where there is memory
     * @param symbols the kernel's symbols; page tables that they do not name are searched for
     */
    default Optional<AddressTranslation> translation(
            MemoryReader memory, List<AddressRange> ranges, KernelSymbols symbols) {
        return Optional.empty();
    }

    /** What this kernel writes into its own code when it boots on the machine of its profile. */
    default KernelBoot boot() {
        return KernelBoot.none();
    }

    /** How the names of sections for initialisation begin, in ASCII: the kernel's {@code module_init_section}. */
    default List<String> initSections() {
        return List.of(".init");
    }

    /** How the names of sections for module removal begin, in ASCII: the kernel's {@code module_exit_section}. */
    default List<String> exitSections() {
        return List.of(".exit");
    }

    /** Whether a symbol marks a change between code and data, as {@code $x} does; such a symbol never names an address. */
    default boolean isMappingSymbol(String name) {
        return false;
    }

    /**
     * Checks what kernels of this architecture demand of a file before they lay it out, for example placeholder sections.
     *
     * @throws io.modrt.error.FormatException if they refuse the file
     */
    default void check(ModuleFile file) {}

    /** Counts over the whole file what the architecture adds to the module's layout: the kernel's {@code module_frob_arch_sections}. */
    default ArchPlan plan(PlanInput input) {
        return (placed, values) -> ArchLoad.none();
    }
}
