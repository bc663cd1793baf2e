package io.modrt;

import io.modrt.address.Address;
import io.modrt.engine.Kernel;
import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.export.ElfExport;
import io.modrt.export.LoadReport;
import io.modrt.export.ModulePage;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.Executor;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadOutcome;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModulePlace;
import io.modrt.load.NamedAddress;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import io.modrt.proc.KernelFiles;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModuleTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Loads the modules of one kernel, lists them and unloads them. Runtimes share no state. Many threads may load into one runtime: only the
 * last step of a load, {@link RelocatedModule#commit}, is done by one thread at a time, under the lock under which modules are unloaded
 * too. Reads take no lock.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleRuntime implements AutoCloseable {
    private final Kernel kernel;
    private final LoadPolicy policy;
    private final Optional<Modprobe> modprobe;

    private ModuleRuntime(Builder builder) {
        this.modprobe = Optional.ofNullable(builder.modprobe);
        this.policy = builder.policy;
        this.kernel = new Kernel(
                builder.archs,
                builder.profile,
                builder.symbols,
                builder.memory,
                builder.kernelMemory,
                builder.allocator,
                builder.perCpu,
                builder.executor);
        builder.listeners.forEach(listener -> kernel.listen(listener.listener(), listener.priority()));
    }

    /** Starts to build a runtime; all that the builder takes has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Loads a module as {@code finit_module} does. Its init function is run if the runtime has an {@link Executor}. If the load fails,
     * memory, symbols and allocators are as they were before, unless an init function has changed them.
     *
     * @param placement where its regions go
     * @param loadPolicy how the load departs from what the kernel does
     * @throws ModrtException where the kernel, or modrt, refuses the module
     */
    public LiveModule load(ModuleFile file, Placement placement, LoadPolicy loadPolicy) {
        return load(file, placement, loadPolicy, "");
    }

    /**
     * As {@link #load(ModuleFile, Placement, LoadPolicy)}, with values for the module's parameters, for example
     * {@code nousb=1 quirks="a b"}.
     *
     * @throws io.modrt.error.ParameterException if a parameter does not take its value
     */
    public LiveModule load(ModuleFile file, Placement placement, LoadPolicy loadPolicy, String parameters) {
        Objects.requireNonNull(placement, "placement");
        Objects.requireNonNull(parameters, "parameters");
        LayoutPlan plan = plan(file, loadPolicy); // check it against the kernel, count stubs, lay it out
        try (PlacedModule placed = plan.place(placement)) { // reserve addresses
            ResolvedModule resolved = placed.resolve(); // give every symbol its value
            RelocatedModule relocated = resolved.relocate(); // complete addends, apply, finish
            return relocated.commit(parameters); // write to memory, set parameters, run init
        }
    }

    /** Loads a module where the allocator has room, under the policy that the file was opened with, or else under the runtime's. */
    public LiveModule load(ModuleFile file) {
        return load(file, Placement.allocated(), policyOf(file));
    }

    /** As {@link #load(ModuleFile)}, with values for the module's parameters, for example {@code nousb=1 quirks="a b"}. */
    public LiveModule load(ModuleFile file, String parameters) {
        return load(file, Placement.allocated(), policyOf(file), parameters);
    }

    private LoadPolicy policyOf(ModuleFile file) {
        return file.policy().orElse(policy);
    }

    /** Loads a module where the allocator has room, under {@code loadPolicy} instead of the policy that the file was opened with. */
    public LiveModule load(ModuleFile file, LoadPolicy loadPolicy) {
        return load(file, Placement.allocated(), loadPolicy);
    }

    /**
     * Reads a file, which may be compressed, and loads the module in it.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public LiveModule load(Path file) {
        return load(file, policy);
    }

    /** As {@link #load(Path)}, with values for the module's parameters, for example {@code nousb=1 quirks="a b"}. */
    public LiveModule load(Path file, String parameters) {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(parameters, "parameters");
        return load(kernel.open(() -> ModuleFile.open(file, policy, kernel)), parameters);
    }

    /** As {@link #load(Path)} under {@code loadPolicy}, which also decides what the file is checked for when it is opened. */
    public LiveModule load(Path file, LoadPolicy loadPolicy) {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(loadPolicy, "loadPolicy");
        return load(kernel.open(() -> ModuleFile.open(file, loadPolicy, kernel)));
    }

    /**
     * Loads a module by its name or an alias, and first what it needs, in the order and by the rules of the builder's
     * {@link Builder#modprobe modprobe}. Modules that are loaded already stay as they are. A soft dependency that cannot be loaded is passed
     * over. If a module that is needed cannot be loaded, those that came by this call are unloaded again.
     *
     * @return the first module that the name means
     * @throws ModrtException where the kernel, or modrt, refuses a module; where the name means none that can be loaded; where the
     *     configuration has an {@code install} command for it, since modrt runs no commands
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public LiveModule load(String name) {
        return new NamedLoad(this, modprobe).load(Objects.requireNonNull(name, "name"));
    }

    /** As {@link #loadAll(ModuleTree, Collection, int, Consumer)}: all modules of a tree, on as many threads as there are processors. */
    public List<LoadOutcome> loadAll(ModuleTree tree) {
        return loadAll(tree, tree.names(), Runtime.getRuntime().availableProcessors(), outcome -> {});
    }

    /**
     * Loads modules of a tree, with all that they need and their soft dependencies, each behind those that it needs, and gives the outcomes in
     * the order of {@link io.modrt.tree.ModuleGraph#loadOrder}, to which one thread keeps. A module that is refused does not end the load, but
     * those that need it are refused too, with ENOENT.
     *
     * @param threads at most how many, this one among them; in a callback of this runtime it is this one alone
     * @param told receives each outcome on the thread that loaded the module, before any that needs it is begun; several threads may call it.
     *     What it or another callback raises, but for a refusal, and an interrupt end the load and are rethrown; what is loaded stays
     */
    public List<LoadOutcome> loadAll(
            ModuleTree tree, Collection<String> names, int threads, Consumer<? super LoadOutcome> told) {
        return new TreeLoad(this, tree, names, threads, told).run(kernel.isChangedHere());
    }

    /** Loads a module from bytes that are viewed, not copied, and must not change while the module is in use. */
    public LiveModule load(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return load(kernel.open(() -> ModuleFile.open("", bytes, policy, kernel)));
    }

    /**
     * Opens a module's file for this kernel: it is checked in the kernel's order, with the lines that the kernel logs.
     *
     * @param fileName the file's name in messages; may be empty
     * @throws ModrtException where the kernel, or modrt, refuses the file
     */
    public ModuleFile open(String fileName, byte[] file, LoadPolicy loadPolicy) {
        Objects.requireNonNull(fileName, "fileName");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(loadPolicy, "loadPolicy");
        return kernel.open(() -> ModuleFile.open(fileName, file, loadPolicy, kernel));
    }

    /** Checks a module against the kernel and lays it out: the first step of a load, for callers who take the steps one by one. */
    public LayoutPlan plan(ModuleFile file, LoadPolicy loadPolicy) {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(loadPolicy, "loadPolicy");
        return kernel.plan(file, loadPolicy);
    }

    /** The same under the policy that the file was opened with, or else under the runtime's. */
    public LayoutPlan plan(ModuleFile file) {
        return plan(file, policyOf(file));
    }

    /**
     * The exception with which a load at {@code placement} would fail; empty if it would succeed as far as {@link RelocatedModule#commit}.
     * What only commit checks is not foreseen: other modules' exports and memory, failing writes, refusing listeners. Changes nothing.
     */
    public Optional<ModrtException> refusal(ModuleFile file, Placement placement, LoadPolicy loadPolicy) {
        Objects.requireNonNull(placement, "placement");
        try (PlacedModule placed = plan(file, loadPolicy).place(placement)) {
            placed.resolve().relocate();
            return Optional.empty();
        } catch (ModrtException refused) {
            return Optional.of(refused);
        }
    }

    /** The loaded module of this name. */
    public Optional<LiveModule> module(String name) {
        return kernel.module(Objects.requireNonNull(name, "name"));
    }

    /** A snapshot of the loaded modules, the most recent first. */
    public List<LiveModule> modules() {
        return kernel.modules();
    }

    /**
     * Adds {@code listener}. It is first called for each module that is loaded already, the oldest first, as if that module came now. If it
     * throws an exception meanwhile, the exception is rethrown and the listener is not added.
     */
    public void listen(ModuleListener listener) {
        listen(listener, 0);
    }

    /** As {@link #listen(ModuleListener)}; the listener is called before those of lower priority. */
    public void listen(ModuleListener listener, int priority) {
        kernel.listen(Objects.requireNonNull(listener, "listener"), priority);
    }

    /** Removes {@code listener}, which is no longer called. */
    public void unlisten(ModuleListener listener) {
        kernel.unlisten(Objects.requireNonNull(listener, "listener"));
    }

    /** Where an address lies among the loaded modules; empty if none has memory there. The time grows with the logarithm of their number. */
    public Optional<ModulePlace> at(Address address) {
        return kernel.at(Objects.requireNonNull(address, "address"));
    }

    /** An address as the kernel writes it for {@code %pS}: named if it is a module's, otherwise in hexadecimal digits. */
    public String describe(Address address) {
        return at(address)
                .flatMap(ModulePlace::name)
                .map(NamedAddress::toString)
                .orElse(address.toString());
    }

    /**
     * The address of a symbol of the kernel or of a module, exported or not: {@code kallsyms_lookup_name}. The kernel's own come first, then
     * the most recent module's; {@code module:name} asks one module alone.
     */
    public Optional<Address> address(String name) {
        return kernel.address(name);
    }

    /** What {@code /proc/modules}, {@code /sys/module} and {@code /proc/kallsyms} say of the modules. */
    public KernelFiles files() {
        return new KernelFiles(this::modules);
    }

    /**
     * Runs {@code action} while no module comes or goes, on this thread, under the lock under which modules are loaded and unloaded. Locks of
     * the caller's own are to be taken inside, never around it, since listeners are called under the same lock.
     *
     * @throws io.modrt.error.StateException with EBUSY, from methods that load, unload, add or remove, if {@code action} calls them
     */
    public <T> T exclusively(Supplier<T> action) {
        return kernel.whileNothingChanges(action);
    }

    /** What loaded modules tainted the kernel with; as in the kernel, unloading takes no taint away. */
    public Set<Taint> taints() {
        return kernel.taints();
    }

    /** The loaded modules as one linked ELF file; see {@link ElfExport}. Without a module that is an IllegalArgumentException. */
    public byte[] toElf() {
        return ElfExport.of(modules());
    }

    /** What the loads did, in JSON; see {@link LoadReport}. */
    public String toJson() {
        return LoadReport.json(modules());
    }

    /** A picture of the loaded modules as an HTML page that loads nothing from elsewhere; see {@link ModulePage}. */
    public String toHtml() {
        return ModulePage.html(modules());
    }

    /** The target's memory. */
    public TargetMemory memory() {
        return kernel.memory();
    }

    /** The kernel's profile: as given, or as the first loaded module's vermagic states it; empty with neither. */
    public Optional<KernelProfile> profile() {
        return kernel.profile();
    }

    /**
     * Unloads the module of this name: {@code delete_module}.
     *
     * @throws StateException with ENOENT if there is none, or as {@link LiveModule#unload} says
     */
    public void unload(String name) {
        module(name)
                .orElseThrow(() -> new StateException(Refusal.of(Errno.ENOENT, "no module of this name is loaded")
                        .at(name)))
                .unload();
    }

    /**
     * Unloads every module, users first, also those that are held or have no exit function. The runtime may be used again.
     *
     * @throws StateException with EBUSY, and nothing is unloaded, if a listener or an init function closes its own runtime
     */
    @Override
    public void close() {
        kernel.unloadAll();
    }

    /** Collects what the embedder knows of a kernel, and makes a runtime of it. */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public static final class Builder {
        private final List<Arch> archs = new ArrayList<>();
        private final List<Ranked> listeners = new ArrayList<>();
        private @Nullable KernelProfile profile;
        private KernelSymbols symbols = name -> Optional.empty();
        private TargetMemory memory = TargetMemory.heap();
        private @Nullable MemoryReader kernelMemory;
        private @Nullable Function<? super ArchKernel, ? extends ModuleAllocator> allocator;
        private @Nullable PerCpuAllocator perCpu;
        private @Nullable Executor executor;
        private LoadPolicy policy = LoadPolicy.kernelExact();
        private @Nullable Modprobe modprobe;

        private record Ranked(ModuleListener listener, int priority) {}

        private Builder() {}

        /** The kernel's symbols; by default there are none. */
        public Builder kernelSymbols(KernelSymbols source) {
            symbols = Objects.requireNonNull(source, "source");
            return this;
        }

        /** The kernel's version and configuration; by default as the first module's vermagic states them. */
        public Builder profile(KernelProfile kernelProfile) {
            profile = Objects.requireNonNull(kernelProfile, "kernelProfile");
            return this;
        }

        /** The memory to which modules are written; by default memory on the Java heap. */
        public Builder memory(TargetMemory targetMemory) {
            memory = Objects.requireNonNull(targetMemory, "targetMemory");
            return this;
        }

        /**
         * The memory of the kernel itself, running or dumped. {@link ArchKernel#machine} reads facts about the machine from it, such as the
         * capabilities of its CPUs, and they are added to those of the profile. By default only the profile's are known.
         */
        public Builder kernelMemory(MemoryReader reader) {
            kernelMemory = Objects.requireNonNull(reader, "reader");
            return this;
        }

        /** Allocates module memory; by default first fit in the architecture's module areas. */
        public Builder allocator(ModuleAllocator moduleAllocator) {
            Objects.requireNonNull(moduleAllocator, "moduleAllocator");
            return allocator(kernel -> moduleAllocator);
        }

        /** As {@link #allocator(ModuleAllocator)}, but made when the kernel is known, so that it can use {@link ArchKernel#moduleAreas}. */
        public Builder allocator(Function<? super ArchKernel, ? extends ModuleAllocator> ofKernel) {
            allocator = Objects.requireNonNull(ofKernel, "ofKernel");
            return this;
        }

        /** Allocates per-CPU memory; by default first fit in the last 16 MB of {@link ArchKernel#kernelArea}. */
        public Builder perCpu(PerCpuAllocator perCpuAllocator) {
            perCpu = Objects.requireNonNull(perCpuAllocator, "perCpuAllocator");
            return this;
        }

        /** Adds an architecture. For files that it does not take, {@link java.util.ServiceLoader} looks for others, in all jars. */
        public Builder arch(Arch arch) {
            archs.add(Objects.requireNonNull(arch, "arch"));
            return this;
        }

        /** How loads depart from what the kernel does, unless a call says otherwise; by default they do not. */
        public Builder policy(LoadPolicy loadPolicy) {
            policy = Objects.requireNonNull(loadPolicy, "loadPolicy");
            return this;
        }

        /** Adds a listener, which is called as modules come and go. */
        public Builder listener(ModuleListener listener) {
            return listener(listener, 0);
        }

        /** Adds a listener that is called before those of lower priority, as the kernel's notifiers are. */
        public Builder listener(ModuleListener listener, int priority) {
            listeners.add(new Ranked(Objects.requireNonNull(listener, "listener"), priority));
            return this;
        }

        /** Runs the modules' functions. Without it a module stays LOADED after its load until {@link LiveModule#initialized} is called. */
        public Builder executor(Executor functionRunner) {
            executor = Objects.requireNonNull(functionRunner, "functionRunner");
            return this;
        }

        /** Finds the modules that {@link ModuleRuntime#load(String)} loads by name; by default none is found. */
        public Builder modprobe(Modprobe names) {
            modprobe = Objects.requireNonNull(names, "names");
            return this;
        }

        /** Makes the runtime. */
        public ModuleRuntime build() {
            return new ModuleRuntime(this);
        }
    }
}
