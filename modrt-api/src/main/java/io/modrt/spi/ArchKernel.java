package io.modrt.spi;

import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/** What is the same for all modules of one kernel. Immutable. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ArchKernel {

    /** The width of addresses. */
    Width width();

    /** The byte order of instructions. Data has the order that the module's ELF header states. */
    ByteOrder codeOrder();

    /** The address ranges in which the kernel allocates modules, in the order in which it tries them; at least one, none over another. */
    List<AddressRange> moduleAreas();

    /**
     * An address range for symbols that nobody knows and for per-CPU base addresses: where the relocations of a module in
     * {@link #moduleAreas} reach kernel symbols, and where no module lies.
     */
    AddressRange kernelArea();

    /**
     * The types that the kernel applies in sections of this kind; with no rows where it refuses such sections. May also have types
     * {@linkplain RelocationTable#beyondKernel beyond the kernel}.
     */
    RelocationTable relocations(AddendKind addends);

    /** The shapes of the tables that the kernel reads or sorts. */
    TableShapes tables();

    /** The call sites of the function tracer. */
    default TracingSites tracing() {
        return TracingSites.none();
    }

    /** The code of static branches; empty where it is not known. */
    default Optional<StaticBranches> staticBranches() {
        return Optional.empty();
    }

    /** Kernel symbols that a load needs by name, besides the module's own imports: {@link PlacedSections#anchor} has their values. */
    default Set<String> anchors() {
        return Set.of();
    }

    /**
     * What the kernel's own memory tells of the machine, for example a bitmap of capabilities at a symbol
     * ({@link io.modrt.kernel.KernelBitmap}); {@link MachineFacts#unknown()} if {@code symbols} has no such symbol, or if the kernel keeps no
     * such thing.
     *
     * @param symbols the kernel's symbols
     * @param memory the kernel's memory, running or dumped
     * @throws io.modrt.error.MemoryException if memory at a symbol that is there cannot be read
     */
    default MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
        return MachineFacts.unknown();
    }

    /** Whether a section of this name is for initialisation: the kernel's {@code module_init_section}. */
    default boolean isInitSection(String name) {
        return name.startsWith(".init");
    }

    /** Whether a section of this name is for module removal: the kernel's {@code module_exit_section}. */
    default boolean isExitSection(String name) {
        return name.startsWith(".exit");
    }

    /** Whether a symbol marks a change between code and data, as {@code $x} does: it never names a place. */
    default boolean isMappingSymbol(String name) {
        return false;
    }

    /**
     * Checks what the kernel of this architecture demands of a file before it lays it out, for example placeholder sections.
     *
     * @throws io.modrt.error.FormatException where it refuses the file
     */
    default void check(ModuleFile file) {}

    /** Counts, over the whole file, what the architecture adds to a module's layout. */
    default ArchPlan plan(PlanInput input) {
        return (placed, values) -> ArchLoad.none();
    }
}
