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
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * A module that a {@link ModuleRuntime} has loaded. Explanations are not kept, but worked out when asked for. Safe for use by many threads.
 */
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

    /** The address of the first section of this name; empty if there is none or it is not loaded. */
    Optional<Address> address(String sectionName);

    /** The first symbol of this name in the symbol table; empty if there is none or it is undefined. */
    Optional<LoadedSymbol> symbol(String name);

    /**
     * The named symbol at {@code address}, or else the nearest one in front of it in the same section; empty if no section or no symbol is
     * there. Of several symbols at one place the first in the symbol table is taken, as the kernel does; local labels of the compiler
     * ({@code .L…}) are left out.
     */
    Optional<SymbolOffset> symbolAt(Address address);

    /** Its exports, in the order of its tables. */
    List<KernelSymbol> exports();

    /**
     * The exports to which its undefined symbols were bound, in the order of the symbol table; undefined symbols without one are left out.
     */
    List<KernelSymbol> imports();

    /** Modules whose exports it uses, in the order of first use. */
    List<LiveModule> uses();

    /** Modules that use its exports, the most recent first. */
    List<LiveModule> users();

    /** Every relocation of the loaded sections, in the order of application; worked out anew on each call. */
    Stream<Relocation> relocations();

    /** The relocations whose place is {@code place}, in the order of application; usually one or none. */
    List<Relocation> relocationsAt(Address place);

    /** How near its relocations of limited reach are to their limits; worked out anew on each call. */
    ReachReport reach();

    /** The stubs that were made for it. */
    List<Stub> stubs();

    /** Everything that the load let pass. */
    List<Diagnostic> diagnostics();

    /**
     * What it taints the kernel with, in the order of the letters in {@code /proc/modules} ({@link Taint#letters}). None in kernels before
     * 2.6.20, where {@link ModuleRuntime#taints} alone has them.
     */
    Set<Taint> taints();

    /**
     * The bytes of a section after relocation alone, before the kernel's further changes (sorted tables, call sites of the tracer, jump
     * labels). The section need not be loaded: debug information is relocated with 0 as the address of every section that is not loaded. A
     * new array, worked out anew on each call.
     */
    byte[] relocated(Section section);

    /** Its bytes as they were when it was loaded, worked out anew on each call. They cannot be committed again. */
    RelocatedModule asLoaded();

    /**
     * The module as it was loaded, as a linked ELF file, with its sections and symbols at their addresses and its debug information
     * relocated; see {@code ElfExport} in package {@code io.modrt.export}. A new array, worked out anew on each call.
     */
    byte[] toElf();

    /** What its load did, in JSON; see {@code LoadReport} in package {@code io.modrt.export}. */
    String toJson();

    /** A picture of it as an HTML page that loads nothing from elsewhere: its regions to scale, sections, stubs, reach, dependencies. */
    String toHtml();

    /** Maps its file positions, section offsets and addresses to each other. */
    AddressMap map();

    /**
     * Frees the init regions, as the kernel does after the module's init function. Their addresses remain readable here, as in the kernel's
     * {@code /sys/module}, but the memory may belong to another module. A second call has no effect.
     */
    void dropInit();

    /**
     * Unloads the module and frees its memory. A second call has no effect.
     *
     * @throws StateException with EWOULDBLOCK while other modules use it; with EBUSY if it has an init function and no exit function, unless
     *     the kernel can be forced ({@link io.modrt.kernel.ConfigOption#MODULE_FORCE_UNLOAD})
     */
    void unload();
}
