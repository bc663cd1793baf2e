package io.modrt.testkit;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.layout.RegionKind;
import io.modrt.load.Executor;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModprobeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A runtime with all that a test wants to look at: its memory is a {@link FakeMemory} of bytes 0xa5, its allocator a
 * {@link FakeAllocator} over the architecture's module area whose contents count, and {@link #state()} is what a load that fails
 * must not change.
 *
 * <pre>{@code
 * FakeKernel kernel = FakeKernel.of("mips-o32");                    // makes up every symbol that a module imports
 * FakeKernel strict = FakeKernel.builder().exports("_printk", 0x8093ffe8L).build();
 * LiveModule module = kernel.load(BundledModules.file("mips-o32-be-r2/greeter.ko"));
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeKernel {
    private static final int UNTOUCHED = 0xa5;

    private final FakeMemory memory = FakeMemory.filledWith(UNTOUCHED);
    private final FakeAllocator allocator = FakeAllocator.overUsedModuleArea();
    private final Map<AddressRange, String> owners = new LinkedHashMap<>();
    private final ModuleRuntime runtime;

    /**
     * What a kernel has.
     *
     * @param memory what was written, as {@link FakeMemory#contents()} has it
     * @param reserved the address ranges that are handed out
     * @param modules the loaded modules with their users, the most recent first
     * @param exports what they export
     */
    public record State(
            Map<Long, String> memory, List<AddressRange> reserved, List<String> modules, List<KernelSymbol> exports) {}

    private FakeKernel(Builder wanted) {
        ModuleRuntime.Builder builder = ModuleRuntime.builder()
                .kernelSymbols(wanted.allSymbols())
                .memory(memory)
                .allocator(allocator::in)
                .policy(wanted.policy)
                .listener(new Bookkeeper(), Integer.MAX_VALUE);
        Optional.ofNullable(wanted.arch).ifPresent(builder::arch);
        Optional.ofNullable(wanted.profile).ifPresent(builder::profile);
        Optional.ofNullable(wanted.executor).ifPresent(builder::executor);
        Optional.ofNullable(wanted.modprobe).ifPresent(builder::modprobe);
        wanted.listeners.forEach(builder::listener);
        runtime = builder.build();
    }

    /** Notes which ranges each module had, so that a leak can be told by its module. */
    private final class Bookkeeper implements ModuleListener {
        @Override
        public void coming(LiveModule module) {
            for (RegionKind kind : RegionKind.values()) {
                module.placed().range(kind).ifPresent(range -> owners.put(range, kind + " of " + module.name()));
            }
        }
    }

    /** The kernel that {@link KernelModuleBuilder#VERMAGIC} names, with nothing loaded; it departs in nothing from the real one. */
    public static FakeKernel of(Arch arch, KernelSymbols symbols, ModuleListener... listeners) {
        Builder builder = builder().arch(arch).symbols(symbols).vermagic(KernelModuleBuilder.VERMAGIC);
        List.of(listeners).forEach(builder::listener);
        return builder.build();
    }

    /** A kernel of any profile, that loads by {@code policy}. */
    public static FakeKernel of(Arch arch, KernelSymbols symbols, KernelProfile profile, LoadPolicy policy) {
        return builder()
                .arch(arch)
                .symbols(symbols)
                .profile(profile)
                .policy(policy)
                .build();
    }

    /**
     * A kernel of the architecture of this name, which makes up the symbols that modules import. Its version and configuration are those of
     * the first module that it loads.
     *
     * @param arch the name of an architecture on the path, for example {@code mips-o32}
     */
    public static FakeKernel of(String arch) {
        return builder().arch(arch).madeUpSymbols().build();
    }

    /** As {@link #of(String)}, of the architecture on the path that takes the files that are built for {@code target}. */
    public static FakeKernel of(ElfTarget target) {
        return builder().arch(KnownArchitectures.of(target)).madeUpSymbols().build();
    }

    /**
     * Starts to describe a kernel. Unless told otherwise it has the architecture and the profile of the first module that it loads, exports
     * nothing, and departs in nothing from the real one.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes a kernel. */
    @API(status = API.Status.EXPERIMENTAL, since = "0.1")
    public static final class Builder {
        private final Map<String, Address> exports = new LinkedHashMap<>();
        private final List<ModuleListener> listeners = new ArrayList<>();
        private KernelSymbols symbols = name -> Optional.empty();
        private LoadPolicy policy = LoadPolicy.kernelExact();
        private @Nullable Arch arch;
        private @Nullable KernelProfile profile;
        private @Nullable Executor executor;
        private @Nullable Modprobe modprobe;

        private Builder() {}

        /** The architecture, on the path or not. */
        public Builder arch(Arch architecture) {
            arch = Objects.requireNonNull(architecture, "architecture");
            return this;
        }

        /**
         * The architecture of this name, for example {@code mips-o32}.
         *
         * @throws IllegalArgumentException if none on the path is called so; the message lists those that are
         */
        public Builder arch(String name) {
            return arch(KnownArchitectures.named(name));
        }

        /** The version and configuration. */
        public Builder profile(KernelProfile kernelProfile) {
            profile = Objects.requireNonNull(kernelProfile, "kernelProfile");
            return this;
        }

        /** The kernel whose modules have this vermagic. */
        public Builder vermagic(String text) {
            return profile(KernelProfile.ofVermagic(text));
        }

        /** Lets the kernel export a symbol. */
        public Builder exports(String symbol, long value) {
            exports.put(symbol, Address.of(value));
            return this;
        }

        /** What else the kernel exports; asked for what {@link #exports} does not name. Replaces what was given before. */
        public Builder symbols(KernelSymbols source) {
            symbols = Objects.requireNonNull(source, "source");
            return this;
        }

        /** Makes up an address for each symbol that a module imports and that nothing else exports. */
        public Builder madeUpSymbols() {
            symbols = symbols.or(KernelSymbols.synthetic());
            return this;
        }

        /** How loads depart from what the kernel does. */
        public Builder policy(LoadPolicy loadPolicy) {
            policy = Objects.requireNonNull(loadPolicy, "loadPolicy");
            return this;
        }

        /** Adds a listener, for example a mock. */
        public Builder listener(ModuleListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Runs init and exit functions, for example a mock. Without one modules stay {@code LOADED}. */
        public Builder executor(Executor functionRunner) {
            executor = Objects.requireNonNull(functionRunner, "functionRunner");
            return this;
        }

        /** Lets the kernel load the modules of {@code tree} by name, as {@code modprobe} without a configuration would. */
        public Builder tree(FileTrees tree) {
            modprobe = Modprobe.of(tree.open(), ModprobeConfig.none());
            return this;
        }

        private KernelSymbols allSymbols() {
            if (exports.isEmpty()) {
                return symbols;
            }
            SymbolMap own = KernelSymbols.of(exports);
            return own.or(symbols);
        }

        /** The kernel, with nothing loaded. */
        public FakeKernel build() {
            return new FakeKernel(this);
        }
    }

    /** The runtime. */
    public ModuleRuntime runtime() {
        return runtime;
    }

    /** Its memory. */
    public FakeMemory memory() {
        return memory;
    }

    /** Its allocator. */
    public FakeAllocator allocator() {
        return allocator;
    }

    /** Loads a module from its file's bytes. */
    public LiveModule load(byte[] file) {
        return runtime.load(file);
    }

    /** Builds a module and loads it. */
    public LiveModule load(KernelModuleBuilder module) {
        return load(module.build());
    }

    /** Unloads every module, each before those that it uses, also those that are held or have no exit function. */
    public void unloadAll() {
        runtime.close();
    }

    /**
     * The ranges that are reserved though no loaded module lies in them, each with what it was: a range that nobody who committed had is that
     * of a {@code PlacedModule} that was not closed.
     */
    public List<String> leakedMemory() {
        List<AddressRange> leaked = new ArrayList<>(allocator.reserved());
        for (LiveModule module : runtime.modules()) {
            for (RegionKind kind : RegionKind.values()) {
                module.placed().range(kind).ifPresent(range -> leaked.removeIf(range::contains));
            }
        }
        return leaked.stream()
                .map(range -> range + ", " + range.sizeBytes() + " bytes, "
                        + owners.getOrDefault(range, "which no module was committed to: a PlacedModule is not closed"))
                .toList();
    }

    /** All that a failing load leaves as it was. */
    public State state() {
        List<KernelSymbol> exports = new ArrayList<>();
        List<String> modules = new ArrayList<>();
        for (LiveModule module : runtime.modules()) {
            exports.addAll(module.exports());
            modules.add(module + " used by " + module.users());
        }
        return new State(memory.contents(), allocator.reserved(), modules, exports);
    }
}
