package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.relocation.Exports;
import io.modrt.engine.relocation.RelocationIndex;
import io.modrt.engine.resolution.Exporter;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.export.LoadReport;
import io.modrt.export.ModulePage;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelSymbol;
import io.modrt.layout.RegionKind;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.load.AddressMap;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadedSymbol;
import io.modrt.load.ModuleState;
import io.modrt.load.RelocatedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import io.modrt.version.LoaderChange;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A loaded module. Explanations are worked out from the file again when they are asked for. */
final class Live implements LiveModule, Exporter {
    private final Kernel kernel;
    private final Resolved resolved;
    private final List<Stub> stubs;
    private final Findings findings;
    private final List<KernelSymbol> exports;
    private final CopyOnWriteArrayList<LiveModule> users = new CopyOnWriteArrayList<>();
    private volatile SoftReference<RelocationIndex> relocationIndex = new SoftReference<>(null);
    private volatile ModuleState state = ModuleState.COMING;
    private volatile boolean initDropped;

    Live(Kernel kernel, Relocated relocated) {
        this.kernel = kernel;
        this.resolved = relocated.resolved();
        this.stubs = relocated.stubs();
        this.findings = relocated.collected();
        this.exports = Exports.of(resolved.linkage(), relocated.image());
    }

    /** Writes the module to memory and adds it to its kernel's modules. */
    static Live commit(Relocated relocated) {
        Kernel kernel = relocated.resolved().placed().plan().kernel();
        Live module = new Live(kernel, relocated);
        kernel.exclusively(() -> new Arrival(kernel, module, relocated).complete());
        return module;
    }

    /** Changes the module's state. Called under the kernel's lock. */
    void become(ModuleState next) {
        state = next;
    }

    void addUser(Live user) {
        users.add(0, user);
    }

    void removeUser(Live user) {
        users.remove(user);
    }

    /** Whether its init memory was freed. */
    boolean isInitDropped() {
        return initDropped;
    }

    Resolved resolved() {
        return resolved;
    }

    @Override
    public boolean isProprietary() {
        return resolved.isProprietary();
    }

    @Override
    public String name() {
        return file().name();
    }

    @Override
    public ModuleState state() {
        return state;
    }

    @Override
    public ModuleFile file() {
        return placed().plan().file();
    }

    @Override
    public Placed placed() {
        return resolved.placed();
    }

    @Override
    public Optional<Address> address(String sectionName) {
        return file().elf().section(sectionName).flatMap(placed()::address);
    }

    @Override
    public Optional<LoadedSymbol> symbol(String name) {
        Optional<SymbolTable> table = file().elf().symbolTable();
        int index = table.map(symbols -> symbols.indexOf(name)).orElse(SymbolTable.NONE);
        if (table.isEmpty() || index == SymbolTable.NONE) {
            return Optional.empty();
        }
        Symbol symbol = table.get().symbol(index);
        return symbol.isUndefined()
                ? Optional.empty()
                : Optional.of(
                        new LoadedSymbol(symbol, Address.of(resolved.linkage().values()[index])));
    }

    @Override
    public Optional<SymbolOffset> symbolAt(Address address) {
        return resolved.symbolAt(address);
    }

    @Override
    public List<KernelSymbol> exports() {
        return exports;
    }

    @Override
    public List<KernelSymbol> imports() {
        return resolved.imports();
    }

    @Override
    public List<LiveModule> uses() {
        return List.copyOf(resolved.uses());
    }

    @Override
    public List<LiveModule> users() {
        return List.copyOf(users);
    }

    @Override
    public Stream<Relocation> relocations() {
        return resolved.explanation().relocations().stream();
    }

    @Override
    public List<Relocation> relocationsAt(Address place) {
        RelocationIndex known = relocationIndex.get();
        if (known == null) {
            known = new RelocationIndex(resolved.explanation().relocations());
            relocationIndex = new SoftReference<>(known);
        }
        return known.at(placed().plan().archKernel().canonical(place));
    }

    @Override
    public ReachReport reach() {
        return resolved.explanation().reach();
    }

    @Override
    public List<Stub> stubs() {
        return stubs;
    }

    @Override
    public List<Diagnostic> diagnostics() {
        return findings.list();
    }

    @Override
    public RelocatedModule asLoaded() {
        return resolved.relocate();
    }

    @Override
    public byte[] toElf() {
        return asLoaded().toElf();
    }

    @Override
    public String toJson() {
        return LoadReport.json(this);
    }

    @Override
    public String toHtml() {
        return ModulePage.html(List.of(this));
    }

    @Override
    public byte[] relocated(Section section) {
        return resolved.explanation().bytes(section);
    }

    @Override
    public Set<Taint> taints() {
        return placed().plan().profile().has(LoaderChange.TAINTS_OF_MODULES) ? findings.taints() : Set.of();
    }

    @Override
    public AddressMap map() {
        return new AddressMap(placed());
    }

    @Override
    public void dropInit() {
        kernel.exclusively(() -> {
            if (initDropped || state != ModuleState.LIVE) {
                return;
            }
            initDropped = true;
            placed().protect(kernel.memory(), true);
            for (RegionKind kind : RegionKind.values()) {
                if (kind.isInit()) {
                    placed().unprotect(kernel.memory(), kind);
                    kernel.list().vacate(this, kind);
                    placed().reservations().release(kind);
                }
            }
            kernel.listeners().forEach(listener -> listener.initDropped(this));
        });
    }

    @Override
    public void unload() {
        kernel.exclusively(() -> {
            if (state == ModuleState.UNLOADED) {
                return;
            }
            if (!users.isEmpty()) {
                throw new StateException(Refusal.of(
                                Errno.EWOULDBLOCK,
                                "is in use by "
                                        + users.stream().map(LiveModule::name).collect(Collectors.joining(", "))
                                        + "; unload the users first")
                        .at(name()));
            }
            if (isPermanent() && !placed().plan().profile().has(ConfigOption.MODULE_FORCE_UNLOAD)) {
                throw new StateException(Refusal.of(
                                Errno.EBUSY,
                                "has an init function and no exit function, so a kernel without MODULE_FORCE_UNLOAD keeps it")
                        .at(name()));
            }
            remove();
        });
    }

    /** Whether it has an init function, but none to undo what that did. */
    private boolean isPermanent() {
        return symbol("init_module").isPresent() && symbol("cleanup_module").isEmpty();
    }

    /** Unloads the module even if the kernel would keep it. Called under the kernel's lock; no module may use this one. */
    void remove() {
        if (state == ModuleState.UNLOADED) { // why: a listener may unload other modules
            return;
        }
        state = ModuleState.GOING;
        kernel.listeners().forEach(listener -> listener.going(this));
        kernel.list().remove(this);
        placed().plan().layout().regions().stream()
                .filter(kind -> !initDropped || !kind.isInit())
                .forEach(kind -> placed().unprotect(kernel.memory(), kind));
        placed().reservations().close();
        state = ModuleState.UNLOADED;
    }

    @Override
    public String toString() {
        return name() + " (" + state + ")";
    }
}
