package io.modrt.load;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.StateException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Stub;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** A module that a {@link ModuleRuntime} has loaded. What it tells costs nothing until it is asked. Safe for many readers. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface LiveModule {

    /** The module's name. */
    String name();

    /** Where it is in its life. */
    ModuleState state();

    /** The file it came from. */
    ModuleFile file();

    /** Where its regions and sections are. */
    PlacedModule placed();

    /** The address of the first section of this name; empty where there is none or it is not loaded. */
    Optional<Address> address(String sectionName);

    /** The first defined symbol of this name. */
    Optional<LoadedSymbol> symbol(String name);

    /**
     * The nearest named symbol at or in front of {@code address} within its section; empty where no section is, or no symbol in front.
     * Of several at one place the first of the table, as in the kernel; labels of the compiler's own ({@code .L…}) are passed over.
     */
    Optional<SymbolOffset> symbolAt(Address address);

    /** What it exports, in the order of its tables. */
    List<KernelSymbol> exports();

    /** What each undefined symbol was bound to, in the order of the symbol table; without those that nobody exports. */
    List<KernelSymbol> imports();

    /** Modules whose exports it uses, in the order of first use. */
    List<LiveModule> uses();

    /** Modules that use its exports, the most recent first. */
    List<LiveModule> users();

    /** Every relocation of the loaded sections, in the order of application; worked out anew on each call. */
    Stream<Relocation> relocations();

    /** The relocations of the word at {@code place}, in order; usually one or none. */
    List<Relocation> relocationsAt(Address place);

    /** How near its limited relocations are to their limits; worked out on each call. */
    ReachReport reach();

    /** The stubs that were made. */
    List<Stub> stubs();

    /** What happened in silence, or was let pass. */
    List<Diagnostic> diagnostics();

    /**
     * The relocated bytes of a section, also of one that is not loaded, such as debug information (its own address counts as
     * 0, as that of all sections that are not loaded). A new array: what relocation alone makes of the file, before what the kernel
     * does afterwards (sorted tables, call sites of the tracer, jump labels).
     */
    byte[] relocated(Section section);

    /** Its bytes as they were when it was loaded, worked out anew on each call; not to be committed again. */
    RelocatedModule asLoaded();

    /** From file positions to addresses and back. */
    AddressMap map();

    /**
     * Frees the init regions, as the kernel does after the module's init function. Their addresses stay known, as in the kernel's
     * {@code /sys/module}; what is there may be another's. Harmless when called twice.
     */
    void dropInit();

    /**
     * Takes the module away and frees its memory. Harmless when called twice.
     *
     * @throws StateException with EWOULDBLOCK while other modules use it
     */
    void unload();
}
