package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.bytes.Printable;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.error.StateException;
import io.modrt.findings.Findings;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.load.Executor;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModulePlace;
import io.modrt.load.ModuleState;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.memory.TargetMemory;
import io.modrt.module.HostKernel;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.version.KernelVersion;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state behind one runtime: what the kernel is, which modules it has and what they export. Changes are made under one lock; readers
 * take none, since they read concurrent collections.
 */
public final class Kernel implements HostKernel {
    private static final Logger LOG = LoggerFactory.getLogger(Kernel.class);
    private static final KernelVersion UNKNOWN_VERSION = new KernelVersion(6, 1, 0);

    private final Architectures architectures;
    private final @Nullable KernelProfile givenProfile;
    private final KernelSymbols symbols;
    private final TargetMemory memory;
    private final @Nullable MemoryReader kernelMemory;
    private final @Nullable Function<? super ArchKernel, ? extends ModuleAllocator> givenAllocator;
    private final @Nullable PerCpuAllocator givenPerCpu;
    private final @Nullable Executor executor;
    private final ModuleList modules = new ModuleList();
    private final TargetChoice choice = new TargetChoice(modules);
    private final ChangeLock changes = new ChangeLock();
    private final Lookup lookup = new Lookup(modules, changes);
    private final Listeners listeners = new Listeners();
    private final Claims claims;

    private volatile Set<Taint> taints = Set.of();

    /** A kernel without modules. The lists are copied; null stands for a default. */
    public Kernel(
            List<Arch> archs,
            @Nullable KernelProfile profile,
            KernelSymbols symbols,
            TargetMemory memory,
            @Nullable MemoryReader kernelMemory,
            @Nullable Function<? super ArchKernel, ? extends ModuleAllocator> allocator,
            @Nullable PerCpuAllocator perCpu,
            @Nullable Executor executor) {
        this.architectures = new Architectures(archs);
        this.givenProfile = profile;
        this.symbols = symbols;
        this.memory = memory;
        this.kernelMemory = kernelMemory;
        this.givenAllocator = allocator;
        this.givenPerCpu = perCpu;
        this.executor = executor;
        this.claims = new Claims(memory);
    }

    /** Opens a module for this kernel; a refusal has the lines that it logs, if it is known what kernel this is. */
    public ModuleFile open(Supplier<ModuleFile> opening) {
        try {
            return opening.get();
        } catch (FormatException refused) {
            throw profile().map(known -> LogLines.of(refused, known)).orElse(refused);
        }
    }

    /** Checks that the module is for this kernel and that no module of its name is loaded, and lays it out. */
    public LayoutPlan plan(ModuleFile file, LoadPolicy policy) {
        Findings findings = new Findings(file.name(), policy);
        findings.addAll(file.diagnostics());
        Target now = targetFor(file, findings);
        try {
            new Acceptance(file, now, findings).check(now.symbols());
        } catch (FormatException refused) {
            throw LogLines.of(refused, now.profile());
        }
        requireNotLoaded(file.name());
        new Taints(file, now.profile(), findings, taints()).find();
        compareStructSize(file, now.profile(), findings);
        Planned plan = new Planned(this, now, file, findings);
        LOG.atDebug()
                .addKeyValue("module", () -> Printable.name(file.name()))
                .addKeyValue("regions", plan::regions)
                .log("laid out");
        return plan;
    }

    /** Warns if {@code struct module} of the file has another size than that of a loaded module, and nobody has stated the kernel's. */
    private void compareStructSize(ModuleFile file, KernelProfile profile, Findings findings) {
        Optional<Section> own = file.thisModule();
        if (own.isEmpty()
                || !profile.has(LoaderChange.THIS_MODULE_CHECKED)
                || profile.structModuleBytes().isPresent()
                || !modules.hasStructBesides(own.get().sizeBytes())) {
            return;
        }
        modules.all().stream()
                .flatMap(other -> other.file().thisModule().stream()
                        .filter(section -> section.sizeBytes() != own.get().sizeBytes())
                        .map(section -> own.get().where() + ": " + own.get().sizeBytes() + " bytes, that of "
                                + other.name() + " has " + section.sizeBytes()
                                + "; a kernel refuses one of the two"))
                .findFirst()
                .ifPresent(findings::warn);
    }

    /**
     * What the kernel is. As long as no module is loaded, the file at hand settles it; the loaded modules settle it for all that follow. If
     * two files are planned for different kernels before any is loaded, the one that was planned first cannot be committed.
     */
    private Target targetFor(ModuleFile file, Findings findings) {
        Findings own = new Findings(file.name(), findings.policy());
        Target chosen = choice.choose(known -> known.suits(file, givenProfile != null), () -> settle(file, own));
        findings.addAll(new LinkedHashSet<>(own.list()));
        return chosen;
    }

    /** Raises ENOEXEC if no architecture accepts the file, or if it is for another machine than the loaded modules. */
    @Override
    public void requireMachine(String fileName, ElfHeader header, int classIdent) {
        Target known = choice.target();
        String name = fileName.isEmpty() ? "file" : fileName;
        Arch arch;
        if (known == null || modules.isEmpty()) {
            arch = architectures.select(name, header);
        } else {
            Acceptance.architecture(name, header, known);
            arch = known.arch();
        }
        if (arch.looksAtClass()) {
            HostKernel.requireClass(fileName, header, classIdent);
        }
    }

    /** The choice of what the kernel is. */
    TargetChoice choice() {
        return choice;
    }

    private Target settle(ModuleFile file, Findings findings) {
        ElfHeader header = file.elf().header();
        Arch arch = architectures.select(file.name(), header);
        KernelProfile stated = givenProfile;
        if (stated == null) {
            stated = statedBy(file, findings);
        }
        KernelProfile shown = file.showing(stated);
        KernelProfile assumed = shown.assuming(arch.usualConfiguration(shown));
        KernelProfile profile = withMachine(assumed, arch.kernel(assumed, header));
        ArchKernel kernel = arch.kernel(profile, header);
        ModuleAllocator allocator = givenAllocator != null
                ? givenAllocator.apply(kernel)
                : new ClaimedAreas(claims, kernel.moduleAreas(), profile.pageBytes());
        PerCpuAllocator perCpu = givenPerCpu != null ? givenPerCpu : PerCpuAllocator.over(Target.perCpuBases(kernel));
        return new Target(arch, kernel, profile, header, allocator, perCpu, new SymbolsOfKernel(symbols, kernel));
    }

    /** The profile, with the facts about the machine that the kernel's memory holds. */
    private KernelProfile withMachine(KernelProfile profile, ArchKernel kernel) {
        MachineFacts read = kernelMemory == null
                ? MachineFacts.unknown()
                : kernel.machine(new SymbolsOfKernel(symbols, kernel), kernelMemory);
        return read.equals(MachineFacts.unknown())
                ? profile
                : profile.withMachine(profile.machine().with(read));
    }

    /** The profile of the kernel that the file was built for; of 6.1 if it has no vermagic. */
    private static KernelProfile statedBy(ModuleFile file, Findings findings) {
        try {
            return file.builtFor().orElseGet(() -> KernelProfile.of(UNKNOWN_VERSION));
        } catch (FormatException unreadable) {
            findings.broken(
                    Rule.VERMAGIC,
                    Refusal.of(Errno.ENOEXEC, unreadable.getMessage()).because(unreadable));
            return KernelProfile.of(UNKNOWN_VERSION);
        }
    }

    /** The lock under which modules come and go. */
    ChangeLock changes() {
        return changes;
    }

    /** Whether this thread is in a callback of a change, for which other threads would wait in vain. */
    public boolean isChangedHere() {
        return changes.isHeldHere();
    }

    /** Runs a change of the set of modules under the lock. Raises EBUSY in an action that relies on there being none. */
    void exclusively(Runnable change) {
        changes.change(change);
    }

    /** Runs an action under the lock, in which no module comes or goes. */
    public <T> T whileNothingChanges(Supplier<T> action) {
        return changes.steady(action);
    }

    /** Raises EEXIST if a module of this name is loaded. One that is coming or going decides nothing yet: a plan does not wait for it. */
    private void requireNotLoaded(String name) {
        modules.find(name).filter(known -> known.state().isUsable()).ifPresent(known -> {
            throw loadedAlready(name);
        });
    }

    private static StateException loadedAlready(String name) {
        return new StateException(Refusal.of(Errno.EEXIST, "a module of this name is loaded already; unload it first")
                .at(name));
    }

    /**
     * Raises EEXIST if a module of this name is loaded, and EBUSY if it is coming or going: {@code add_unformed_module}. A module that
     * another thread is loading is waited for.
     */
    void requireAbsent(String name) {
        Optional<Live> known = modules.find(name);
        if (known.isEmpty()) {
            return;
        }
        if (known.get().state() == ModuleState.UNFORMED || known.get().state() == ModuleState.COMING) {
            changes.await();
        }
        if (known.get().state().isUsable()) {
            throw loadedAlready(name);
        }
        throw new StateException(Refusal.of(
                        Errno.EBUSY, "a module of this name is " + known.get().state() + "; try again")
                .at(name));
    }

    /** Raises ENOENT or EBUSY if {@code used}, against which another module was resolved, is no longer loaded, or not yet again. */
    void requireUsable(Live used, String user) {
        if (modules.find(used.name()).filter(used::equals).isEmpty()) {
            throw new StateException(
                    Refusal.of(Errno.ENOENT, "was unloaded after symbols were resolved against it; resolve again")
                            .at(used.name()));
        }
        if (!used.state().isUsable()) {
            throw new StateException(Refusal.of(
                            Errno.EBUSY,
                            "uses " + used.name() + ", which is " + used.state() + "; resolve it again later")
                    .at(user));
        }
    }

    /** What the modules that were ever loaded tainted the kernel with. */
    public Set<Taint> taints() {
        return taints;
    }

    /** Adds to the kernel's taints. Called under the lock. */
    void taint(Set<Taint> more) {
        if (taints.containsAll(more)) {
            return;
        }
        EnumSet<Taint> all = EnumSet.noneOf(Taint.class);
        all.addAll(taints);
        all.addAll(more);
        taints = Collections.unmodifiableSet(all);
    }

    ModuleList list() {
        return modules;
    }

    /** The listeners, in the order in which they are called. */
    List<ModuleListener> listeners() {
        return listeners.list();
    }

    /**
     * Calls {@code listener} for the modules that are loaded, the oldest first, and adds it to the listeners, behind those of its priority.
     */
    public void listen(ModuleListener listener, int priority) {
        exclusively(() -> {
            List<Live> present = new ArrayList<>(modules.all());
            Collections.reverse(present);
            for (Live module : present) {
                listener.coming(module);
                if (module.state() == ModuleState.LIVE) {
                    listener.live(module);
                }
                if (module.isInitDropped()) {
                    listener.initDropped(module);
                }
            }
            listeners.add(listener, priority);
        });
    }

    /** Removes {@code listener}. */
    public void unlisten(ModuleListener listener) {
        exclusively(() -> listeners.remove(listener));
    }

    /** The loaded module of this name. */
    public Optional<LiveModule> module(String name) {
        return modules.find(name).map(LiveModule.class::cast);
    }

    /** The loaded modules, the most recent first. */
    public List<LiveModule> modules() {
        return List.copyOf(modules.all());
    }

    /** Where an address lies among the modules. */
    public Optional<ModulePlace> at(Address given) {
        Target known = choice.target();
        return known == null ? Optional.empty() : lookup.at(known.kernel().canonical(given));
    }

    /** The address of a symbol: {@code kallsyms_lookup_name}. */
    public Optional<Address> address(String name) {
        Target known = choice.target();
        return lookup.address(name, known == null ? symbols : known.symbols());
    }

    /** The target's memory. */
    public TargetMemory memory() {
        return memory;
    }

    /** The kernel's profile, if it was given or a module is loaded. */
    @Override
    public Optional<KernelProfile> profile() {
        Target known = choice.target();
        return known == null
                        || (givenProfile == null && modules.isEmpty()) // why: a refused first module settles nothing
                ? Optional.ofNullable(givenProfile)
                : Optional.of(known.profile());
    }

    /** Who runs the modules' functions; null if nobody does. */
    @Nullable
    Executor executor() {
        return executor;
    }

    /** Unloads all modules; the most recent first, so that users go before what they use. */
    public void unloadAll() {
        exclusively(() -> {
            for (Live module : modules.all()) {
                if (!module.state().isUsable()) {
                    throw new StateException(
                            Refusal.of(Errno.EBUSY, "is " + module.state() + ", so the runtime cannot be closed now")
                                    .at(module.name()));
                }
            }
            Failures failures = new Failures();
            modules.all().forEach(module -> failures.guard(module.life()::remove));
            failures.rethrow();
        });
    }
}
