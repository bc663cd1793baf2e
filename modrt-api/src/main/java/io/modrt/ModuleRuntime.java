package io.modrt;

import io.modrt.engine.Kernel;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The modules of one kernel: loads them, knows them, unloads them. Two runtimes share nothing. Loads and unloads of one runtime
 * take turns; readers never wait.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleRuntime implements AutoCloseable {
    private final Kernel kernel;
    private final LoadPolicy policy;

    private ModuleRuntime(Builder builder) {
        this.policy = builder.policy;
        this.kernel = new Kernel(
                builder.archs,
                builder.profile,
                builder.symbols,
                builder.memory,
                builder.kernelMemory,
                builder.allocator,
                builder.perCpu,
                builder.listeners);
    }

    /** A runtime is built of what the embedder has; everything has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Loads a module, as {@code finit_module} does, its init function apart. When it fails, memory, symbols and allocator are as
     * before.
     *
     * @param placement where it goes
     * @param loadPolicy how the load departs from the kernel's
     * @throws ModrtException where the kernel, or modrt, refuses the module
     */
    public LiveModule load(ModuleFile file, Placement placement, LoadPolicy loadPolicy) {
        LayoutPlan plan = plan(file, loadPolicy); // is it for this kernel; count; lay out
        try (PlacedModule placed = plan.place(placement)) { // reserve addresses
            ResolvedModule resolved = placed.resolve(); // give every symbol its value
            RelocatedModule relocated = resolved.relocate(); // complete addends, apply, finish
            return relocated.commit(); // write to memory, make it live
        }
    }

    /** Loads a module where the allocator has room, by the policy that the file was opened with, else by the runtime's. */
    public LiveModule load(ModuleFile file) {
        return load(file, Placement.allocated(), policyOf(file));
    }

    private LoadPolicy policyOf(ModuleFile file) {
        return file.policy().orElse(policy);
    }

    /** Loads a module where the allocator has room, by {@code loadPolicy} in place of the one that the file was opened with. */
    public LiveModule load(ModuleFile file, LoadPolicy loadPolicy) {
        return load(file, Placement.allocated(), loadPolicy);
    }

    /**
     * Reads the file once and loads it; also compressed files.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public LiveModule load(Path file) {
        return load(file, policy);
    }

    /** The same under {@code loadPolicy}, which also decides whether the file is taken for a module. */
    public LiveModule load(Path file, LoadPolicy loadPolicy) {
        return load(ModuleFile.open(file, loadPolicy, kernel::requireMachine));
    }

    /** Loads a module from bytes that are viewed, not copied, and must not change while the module is in use. */
    public LiveModule load(byte[] bytes) {
        return load(ModuleFile.open("", bytes, policy, kernel::requireMachine));
    }

    /** The first step of a load, for those who take the steps one by one. */
    public LayoutPlan plan(ModuleFile file, LoadPolicy loadPolicy) {
        return kernel.plan(file, loadPolicy);
    }

    /** The first step of a load, by the policy that the file was opened with, else by the runtime's. */
    public LayoutPlan plan(ModuleFile file) {
        return plan(file, policyOf(file));
    }

    /** Why a load there would fail, or empty where it would not. Changes nothing. */
    public Optional<ModrtException> refusal(ModuleFile file, Placement placement, LoadPolicy loadPolicy) {
        try (PlacedModule placed = plan(file, loadPolicy).place(placement)) {
            placed.resolve().relocate();
            return Optional.empty();
        } catch (ModrtException refused) {
            return Optional.of(refused);
        }
    }

    /** The loaded module of this name. */
    public Optional<LiveModule> module(String name) {
        return kernel.module(name);
    }

    /** The loaded modules, the most recent first. A snapshot. */
    public List<LiveModule> modules() {
        return kernel.modules();
    }

    /**
     * Tells {@code listener} of the modules that are there, the oldest first, as if they came now; and from now on of each that comes
     * or goes. An exception of {@link ModuleListener#coming} is rethrown, and the listener is not told of more.
     */
    public void listen(ModuleListener listener) {
        kernel.listen(Objects.requireNonNull(listener, "listener"));
    }

    /** No longer tells {@code listener}. */
    public void unlisten(ModuleListener listener) {
        kernel.unlisten(listener);
    }

    /** The target's memory. */
    public TargetMemory memory() {
        return kernel.memory();
    }

    /** The kernel that modules are loaded for; empty until it was given or a first module's vermagic told it. */
    public Optional<KernelProfile> profile() {
        return kernel.profile();
    }

    /** Unloads every module, users before those they use. A runtime holds nothing else: it may be used again. */
    @Override
    public void close() {
        kernel.unloadAll();
    }

    /** Collects what a runtime is made of. */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public static final class Builder {
        private final List<Arch> archs = new ArrayList<>();
        private final List<ModuleListener> listeners = new ArrayList<>();
        private @Nullable KernelProfile profile;
        private KernelSymbols symbols = name -> Optional.empty();
        private TargetMemory memory = TargetMemory.heap();
        private @Nullable MemoryReader kernelMemory;
        private @Nullable Function<? super ArchKernel, ? extends ModuleAllocator> allocator;
        private @Nullable PerCpuAllocator perCpu;
        private LoadPolicy policy = LoadPolicy.kernelExact();

        private Builder() {}

        /** What the kernel exports; by default nothing. */
        public Builder kernelSymbols(KernelSymbols source) {
            symbols = Objects.requireNonNull(source, "source");
            return this;
        }

        /** Which kernel it is; by default what the first module's vermagic tells. */
        public Builder profile(KernelProfile kernelProfile) {
            profile = Objects.requireNonNull(kernelProfile, "kernelProfile");
            return this;
        }

        /** Where the bytes go; by default memory on the heap. */
        public Builder memory(TargetMemory targetMemory) {
            memory = Objects.requireNonNull(targetMemory, "targetMemory");
            return this;
        }

        /**
         * The memory of the kernel itself, running or dumped. With it, what the architecture finds there about the machine is added to what the
         * profile states; by default the profile alone tells of the machine.
         */
        public Builder kernelMemory(MemoryReader reader) {
            kernelMemory = Objects.requireNonNull(reader, "reader");
            return this;
        }

        /** Who hands out addresses; by default first fit in the architecture's module area. */
        public Builder allocator(ModuleAllocator moduleAllocator) {
            Objects.requireNonNull(moduleAllocator, "moduleAllocator");
            return allocator(kernel -> moduleAllocator);
        }

        /** As {@link #allocator(ModuleAllocator)}, made once it is known which kernel it is, so that it may ask for its module areas. */
        public Builder allocator(Function<? super ArchKernel, ? extends ModuleAllocator> ofKernel) {
            allocator = Objects.requireNonNull(ofKernel, "ofKernel");
            return this;
        }

        /** Who hands out per-CPU room; by default first fit in an area of cookies of its own. */
        public Builder perCpu(PerCpuAllocator perCpuAllocator) {
            perCpu = Objects.requireNonNull(perCpuAllocator, "perCpuAllocator");
            return this;
        }

        /** An architecture to ask before those that {@link java.util.ServiceLoader} finds. */
        public Builder arch(Arch arch) {
            archs.add(Objects.requireNonNull(arch, "arch"));
            return this;
        }

        /** How loads depart from the kernel's; by default in nothing. */
        public Builder policy(LoadPolicy loadPolicy) {
            policy = Objects.requireNonNull(loadPolicy, "loadPolicy");
            return this;
        }

        /** Someone to tell as modules come and go. */
        public Builder listener(ModuleListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** The runtime. */
        public ModuleRuntime build() {
            return new ModuleRuntime(this);
        }
    }
}
