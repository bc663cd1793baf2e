package io.modrt.load;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.StateException;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolUse;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.parameters.Parameter;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /**
     * Its symbols as {@code /proc/kallsyms} lists them: those of its file while it comes, and those that stay once it is live; none if the
     * kernel has no KALLSYMS. A new list, worked out anew on each call.
     */
    List<KallsymsEntry> kallsyms();

    /** Its parameters, in the order of its table; their values are read from the target's memory when asked for. */
    List<Parameter> parameters();

    /**
     * An address of it as the kernel names it: by the greatest of the symbols that the kernel keeps at or in front of it, whatever its
     * section, and with the distance to the next one as its size; empty if there is none.
     */
    Optional<NamedAddress> nameAt(Address address);

    /** All its defined symbols that have names, in the order of the symbol table. A new list. */
    List<LoadedSymbol> symbols();

    /** Its exception table, as it is in memory. A new list. */
    List<ExceptionEntry> exceptions();

    /** Its table of static branches, as it is in memory. A new list. */
    List<JumpLabel> jumpLabels();

    /** The bytes of a section as they are in memory now; none if it is not loaded. A new array. */
    byte[] bytes(Section section);

    /** The target's memory, in which it lies. */
    MemoryReader memory();

    /** Its exports, in the order of its tables. */
    List<KernelSymbol> exports();

    /**
     * The exports to which its undefined symbols were bound, in the order of the symbol table; undefined symbols without one are left out.
     */
    List<KernelSymbol> imports();

    /**
     * What it does with each symbol that it imports, by name, in the order of the symbol table: whether it calls it, or reads or writes it as
     * data. Of a symbol whose address it only keeps, neither shows.
     */
    Map<String, SymbolUse> importUses();

    /** Modules whose exports it uses, in the order of first use. */
    List<LiveModule> uses();

    /** Modules that use its exports, the most recent first. */
    List<LiveModule> users();

    /** Every relocation of the loaded sections, in the order of application; worked out anew on each call. */
    Stream<Relocation> relocations();

    /** The relocations whose place is {@code place}, in the order of application; usually one or none. */
    List<Relocation> relocationsAt(Address place);

    /**
     * The relocations that refer to the symbol {@code symbolName}, in the order of application: by its name, or for a symbol of the module
     * itself by whatever comes to its address, such as its section and an offset. {@link #symbolAt} tells which function a place lies in. A new list, worked out anew on each call.
     */
    default List<Relocation> relocationsAgainst(String symbolName) {
        Objects.requireNonNull(symbolName, "symbolName");
        Optional<LoadedSymbol> own = symbol(symbolName);
        return relocations()
                .filter(relocation -> relocation.place().symbol().equals(symbolName)
                        || own.isPresent() && own.get().isAt(relocation.place()))
                .toList();
    }

    /** How near its relocations of limited reach are to their limits; worked out anew on each call. */
    ReachReport reach();

    /** The stubs that were made for it, in order of allocation; worked out from the file when they are asked for. */
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

    /** Its bytes as they were when it was loaded, worked out anew on each call. */
    LinkedModule asLoaded();

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

    /** The pointer through which the kernel calls its init function; empty if it has none. */
    Optional<Address> initFunction();

    /** The pointer through which the kernel calls its exit function; empty if it has none. */
    Optional<Address> exitFunction();

    /** The pointers to its constructors, which are called before init; none if the kernel calls none. */
    List<Address> constructors();

    /**
     * Says what its init function returned, if the embedder has run it by itself and not through an {@link Executor}; 0 too if nobody will.
     * The module is live then, and its init memory free. If it was live already, the call has no effect.
     *
     * @param result negative: the module is unloaded again; positive: the kernel warns, as {@link #diagnostics} then does
     * @throws io.modrt.error.InitException if the result is negative
     * @throws StateException with EBUSY if it is neither loaded nor live
     */
    void initialized(int result);

    /**
     * As {@link #initialized initialized(0)}, but without effect on a module that is not {@link ModuleState#LOADED}. The addresses of the
     * init regions remain readable here, as in the kernel's {@code /sys/module}, but the memory may belong to another module.
     */
    default void dropInit() {
        if (state() == ModuleState.LOADED) {
            initialized(0);
        }
    }

    /** Whether its init memory was freed. */
    boolean isInitDropped();

    /** The references that keep it loaded: one of each module that uses it, and those that were {@linkplain #acquire acquired}. */
    int references();

    /**
     * Takes a reference, as {@code try_module_get} does: of an open file, a mount, a registered service.
     *
     * @throws StateException with ENOENT if it is going or gone
     */
    void acquire();

    /**
     * Gives a reference back that {@link #acquire} took.
     *
     * @throws IllegalStateException if none is held
     */
    void release();

    /** Whether it has an init function and no exit function, so that only force unloads it. */
    boolean isPermanent();

    /**
     * Unloads the module and frees its memory: {@code delete_module}. Its exit function is run if the module is live and the runtime has an
     * {@link Executor}. A second call has no effect.
     *
     * @throws StateException with EWOULDBLOCK while other modules use it, or references to it are held; with EBUSY if it is
     *     {@linkplain #isPermanent permanent}, or is coming or going
     */
    void unload();

    /**
     * Unloads the module even if it is permanent or held, where the kernel can be forced
     * ({@link io.modrt.kernel.ConfigOption#MODULE_FORCE_UNLOAD}); that taints the kernel. While other modules use it, it stays.
     *
     * @throws StateException as {@link #unload}
     */
    void forceUnload();
}
