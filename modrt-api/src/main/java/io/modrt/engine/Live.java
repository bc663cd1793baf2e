package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.parameters.ModuleParameter;
import io.modrt.engine.parameters.ParameterTable;
import io.modrt.engine.parameters.ParameterText;
import io.modrt.engine.relocation.Exports;
import io.modrt.engine.relocation.RelocationIndex;
import io.modrt.engine.resolution.Exporter;
import io.modrt.engine.resolution.SymbolUses;
import io.modrt.export.LoadReport;
import io.modrt.export.ModulePage;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolUse;
import io.modrt.link.ReachReport;
import io.modrt.link.Relocation;
import io.modrt.load.AddressMap;
import io.modrt.load.ExceptionEntry;
import io.modrt.load.JumpLabel;
import io.modrt.load.KallsymsEntry;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadedSymbol;
import io.modrt.load.ModuleState;
import io.modrt.load.NamedAddress;
import io.modrt.load.SymbolOffset;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ExportList;
import io.modrt.module.ModuleFile;
import io.modrt.parameters.Parameter;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import io.modrt.version.LoaderChange;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A loaded module. Explanations are worked out from the file again when they are asked for. */
final class Live implements LiveModule, Exporter {
    private final Kernel kernel;
    private final Resolved resolved;
    private final int stubCount;
    private final Findings findings;
    private final Exports exports;
    private final Life life;
    private volatile SoftReference<Names> names = new SoftReference<>(null);
    private volatile @Nullable List<ModuleParameter> parameters;
    private volatile SoftReference<RelocationIndex> relocationIndex = new SoftReference<>(null);

    /** The names by address, of all symbols or of those that stay. */
    private record Names(boolean isLater, Optional<KernelNames> names) {}

    Live(Kernel kernel, Relocated relocated) {
        this.kernel = kernel;
        this.resolved = relocated.resolved();
        this.stubCount = relocated.stubCount();
        this.findings = relocated.collected();
        this.exports = Exports.of(resolved.linkage(), relocated.image());
        this.life = new Life(kernel, this, EntryPoints.of(relocated));
    }

    /** Writes the module to memory and adds it to its kernel's modules. */
    static Live commit(Relocated relocated, String arguments) {
        Kernel kernel = relocated.resolved().placed().plan().kernel();
        Live module = new Live(kernel, relocated);
        kernel.exclusively(new Arrival(kernel, module, relocated, arguments)::complete);
        return module;
    }

    /** Its state and what changes it. */
    Life life() {
        return life;
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
        return life.state();
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
        Objects.requireNonNull(sectionName, "sectionName");
        return file().elf().section(sectionName).flatMap(placed()::address);
    }

    @Override
    public Optional<LoadedSymbol> symbol(String name) {
        Objects.requireNonNull(name, "name");
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
    public ExportList exportsInFile() {
        return exports.inFile();
    }

    @Override
    public List<KernelSymbol> imports() {
        return resolved.imports();
    }

    @Override
    public Map<String, SymbolUse> importUses() {
        SymbolUses uses = new SymbolUses(file(), placed().plan().archKernel());
        SymbolTable symbols = file().symbols();
        Map<String, SymbolUse> byName = new LinkedHashMap<>();
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF) {
                byName.merge(symbols.name(i), uses.of(i), SymbolUse::and);
            }
        }
        return Collections.unmodifiableMap(byName);
    }

    @Override
    public List<LiveModule> uses() {
        return List.copyOf(resolved.uses());
    }

    @Override
    public List<LiveModule> users() {
        return List.copyOf(life.users());
    }

    @Override
    public Stream<Relocation> relocations() {
        return resolved.explanation().relocations().stream();
    }

    @Override
    public List<Relocation> relocationsAt(Address place) {
        Objects.requireNonNull(place, "place");
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
        return stubCount == 0 ? List.of() : resolved.explanation().stubs();
    }

    @Override
    public List<Diagnostic> diagnostics() {
        List<Diagnostic> all = new ArrayList<>(findings.list());
        all.addAll(life.remarks());
        return List.copyOf(all);
    }

    @Override
    public LinkedModule asLoaded() {
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
    public List<KallsymsEntry> kallsyms() {
        return new Kallsyms(this).entries();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(table());
    }

    private List<ModuleParameter> table() {
        List<ModuleParameter> known = parameters;
        if (known == null) {
            known = ParameterTable.read(
                    placed(), resolved.values(), placed().plan().target().width(), kernel.memory());
            parameters = known;
        }
        return known;
    }

    /** Sets its parameters to what {@code text} says; raises a ParameterException if the kernel refuses that. */
    void set(String text) {
        if (text.isBlank()) {
            return;
        }
        ParameterText parsed = new ParameterText(
                name(),
                table(),
                placed().profile(),
                sizeBytes -> placed().reservations().takeText(sizeBytes, kernel.list()),
                life.remarks()::add);
        parsed.apply(text);
        if (parsed.hasUnsafe()) {
            kernel.taint(EnumSet.of(Taint.USER));
        }
    }

    @Override
    public Optional<NamedAddress> nameAt(Address address) {
        Objects.requireNonNull(address, "address");
        boolean isLater = life.isInitDropped();
        Names known = names.get();
        if (known == null || known.isLater() != isLater) {
            known = new Names(isLater, KernelNames.of(this));
            names = new SoftReference<>(known);
        }
        Address canonical = placed().plan().archKernel().canonical(address);
        return known.names().flatMap(found -> found.at(canonical));
    }

    @Override
    public List<LoadedSymbol> symbols() {
        SymbolTable table = file().symbols();
        List<LoadedSymbol> all = new ArrayList<>();
        for (int i = 1; i < table.count(); i++) {
            Symbol symbol = table.symbol(i);
            if (!symbol.isUndefined() && !table.isNamed(i, "")) {
                all.add(new LoadedSymbol(symbol, Address.of(resolved.linkage().values()[i])));
            }
        }
        return List.copyOf(all);
    }

    @Override
    public List<ExceptionEntry> exceptions() {
        return new Tables(this, kernel.memory()).exceptions();
    }

    @Override
    public List<JumpLabel> jumpLabels() {
        return new Tables(this, kernel.memory()).jumpLabels();
    }

    @Override
    public byte[] bytes(Section section) {
        return new Tables(this, kernel.memory()).bytes(section);
    }

    @Override
    public MemoryReader memory() {
        return kernel.memory();
    }

    @Override
    public Optional<Address> initFunction() {
        return life.functions().init();
    }

    @Override
    public Optional<Address> exitFunction() {
        return life.functions().exit();
    }

    @Override
    public List<Address> constructors() {
        return life.functions().constructors();
    }

    @Override
    public void initialized(int result) {
        kernel.exclusively(() -> life.initialized(result));
    }

    @Override
    public boolean isInitDropped() {
        return life.isInitDropped();
    }

    @Override
    public boolean isPermanent() {
        return life.functions().isPermanent();
    }

    @Override
    public int references() {
        return life.users().size() + life.acquired();
    }

    @Override
    public void acquire() {
        kernel.exclusively(life::acquire);
    }

    @Override
    public void release() {
        kernel.exclusively(life::release);
    }

    @Override
    public void requireUsable(String user, String symbol) {
        life.requireUsable(user, symbol);
    }

    @Override
    public void unload() {
        kernel.exclusively(() -> life.unload(false));
    }

    @Override
    public void forceUnload() {
        kernel.exclusively(() -> life.unload(true));
    }

    @Override
    public String toString() {
        return Printable.name(name()) + " (" + state() + ")";
    }
}
