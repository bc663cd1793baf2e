package io.modrt.image;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.error.FormatException;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.load.LayoutPlan;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchKernel;
import io.modrt.tree.ModuleTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An image of a kernel's memory, with the files and the symbols that the kernel was built with. Safe for use by many threads; each call
 * looks at the memory anew, so the image may be that of a running machine.
 *
 * <pre>{@code
 * MemoryImage image = MemoryImage.builder()
 *         .memory(ImageFile.open(dump))
 *         .symbols(KernelSymbols.kallsyms(kallsyms))
 *         .tree(ModuleTree.open(modules))
 *         .build();
 * ImageResult result = image.verify();
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class MemoryImage {
    /** So many files of the tree are tried for one that this kernel could load. */
    private static final int MOST_SAMPLES = 64;

    private final ModuleTree tree;
    private final ModuleFile sample;
    private final KernelProfile profile;
    private final ArchKernel arch;
    private final KernelSymbols symbols;
    private final KernelMemory memory;
    private final String evidence;
    private final SymbolMap known;
    private final boolean hasDescriptors;
    private final Optional<AddressRange> kernelRange;
    private final Optional<AddressRange> kernelData;

    private MemoryImage(Builder builder) {
        MemoryReader source = required(builder.memory, "memory");
        this.known = required(builder.symbols, "symbols");
        this.tree = required(builder.tree, "tree");
        LayoutPlan plan = sample(tree, builder.profile);
        this.sample = plan.file();
        this.profile = plan.profile();
        this.arch = plan.archKernel();
        KernelSymbols named =
                name -> known.find(name).or(() -> builder.more.find(name)).map(symbol -> symbol.at(arch::canonical));
        Optional<AddressTranslation> translation = Optional.empty();
        if (builder.addressing == ImageFile.Addressing.PHYSICAL) {
            translation = arch.translation(source, builder.ranges, named);
            if (translation.isEmpty()) {
                throw new FormatException(
                        Refusal.beyondKernel(
                                "the image of physical memory: no page tables of the kernel were found in "
                                        + builder.ranges
                                        + "; give the symbols of the kernel as it ran, and the address of the image's first byte"));
            }
        }
        this.memory = new KernelMemory(
                source,
                builder.ranges,
                translation,
                sample.elf().elfClass().wordBytes(),
                sample.elf().isBigEndian());
        KernelOfImage kernel = new KernelOfImage(memory, arch, known, builder.more);
        this.symbols = kernel.symbols();
        this.kernelRange = kernel.range();
        this.kernelData = kernel.data();
        this.hasDescriptors = Stream.of("_printk", "printk", "register_module_notifier")
                .flatMap(name -> symbols.find(name).stream())
                .anyMatch(symbol -> symbol.code().isPresent());
        this.evidence = translation.map(AddressTranslation::evidence).orElse("virtual addresses");
    }

    private static <T> T required(@Nullable T given, String what) {
        if (given == null) {
            throw new IllegalStateException("a memory image wants " + what);
        }
        return given;
    }

    /** The plan of any module of the tree, which tells the architecture and the kernel. */
    private static LayoutPlan sample(ModuleTree tree, @Nullable KernelProfile given) {
        ModrtException failure = null;
        for (Path file : tree.files().values().stream().limit(MOST_SAMPLES).toList()) {
            try {
                ModuleFile module = ModuleFile.open(file);
                ModuleRuntime.Builder runtime = ModuleRuntime.builder();
                runtime.profile(given != null ? given : profileOf(tree, module));
                return runtime.build().plan(module, LoadPolicy.kernelExact());
            } catch (ModrtException refused) {
                failure = refused;
            }
        }
        throw new FormatException(Refusal.beyondKernel(
                tree.folder() + ": no module could be read" + (failure == null ? "" : ": " + failure.getMessage())));
    }

    /** The profile by the kernel's configuration, where distributions put it, and by the module's vermagic. */
    private static KernelProfile profileOf(ModuleTree tree, ModuleFile module) {
        String vermagic = module.info().vermagic().orElse("");
        Path config = tree.folder()
                .toAbsolutePath()
                .resolve("../../../boot/config-" + vermagic.split(" ", 2)[0])
                .normalize();
        return Files.isRegularFile(config)
                ? KernelProfile.ofConfig(config).withVermagic(vermagic)
                : KernelProfile.ofVermagic(vermagic);
    }

    /** Starts to describe an image. Memory, symbols and tree are needed. */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes an image. */
    public static final class Builder {
        private @Nullable MemoryReader memory;
        private List<AddressRange> ranges = List.of();
        private ImageFile.Addressing addressing = ImageFile.Addressing.PHYSICAL;
        private @Nullable SymbolMap symbols;
        private KernelSymbols more = name -> Optional.empty();
        private @Nullable ModuleTree tree;
        private @Nullable KernelProfile profile;

        private Builder() {}

        /** The memory in a file, which the caller closes when the image is no longer used. */
        public Builder memory(ImageFile file) {
            return memory(file, file.ranges(), file.addressing());
        }

        /**
         * Memory that anything else reads, for example a debugger.
         *
         * @param given where there is memory, ascending
         */
        public Builder memory(MemoryReader reader, List<AddressRange> given, ImageFile.Addressing addresses) {
            this.memory = Objects.requireNonNull(reader, "reader");
            this.ranges = List.copyOf(Objects.requireNonNull(given, "given"));
            this.addressing = Objects.requireNonNull(addresses, "addresses");
            return this;
        }

        /** The kernel's own symbols as it ran, for example those of its {@code kallsyms}. Symbols of modules are not looked at. */
        public Builder symbols(SymbolMap known) {
            this.symbols = Objects.requireNonNull(known, "known");
            return this;
        }

        /** Symbols that the first source lacks, for example those of a {@code vmlinux}. */
        public Builder moreSymbols(KernelSymbols known) {
            this.more = Objects.requireNonNull(known, "known");
            return this;
        }

        /** The modules that were built for the kernel. */
        public Builder tree(ModuleTree modules) {
            this.tree = Objects.requireNonNull(modules, "modules");
            return this;
        }

        /** What the kernel is; without it that is read off its configuration, if that lies beside the tree, and its modules. */
        public Builder profile(KernelProfile known) {
            this.profile = Objects.requireNonNull(known, "known");
            return this;
        }

        /**
         * Opens the image.
         *
         * @throws FormatException if no module can be read, or if the memory is physical and no page tables are found in it
         */
        public MemoryImage build() {
            return new MemoryImage(this);
        }
    }

    /** What the kernel is, with what the image says of its machine. */
    public KernelProfile profile() {
        return profile;
    }

    /** The kernel's symbols: those that were given, and what the image says of exports. */
    public KernelSymbols symbols() {
        return symbols;
    }

    /** The image's memory by the kernel's virtual addresses. */
    public MemoryReader memory() {
        return memory;
    }

    /** Where the image has one of the kernel's addresses: the address in the image's own memory; empty if nothing is mapped there. */
    public Optional<Address> physical(Address virtual) {
        return memory.physical(arch.canonical(virtual));
    }

    /** How the kernel's addresses were found. */
    public String evidence() {
        return evidence;
    }

    /** The modules that the image has: those on the kernel's list, the most recent first, then hidden ones. */
    public List<FoundModule> modules() {
        return observe(told -> {}).modules();
    }

    /**
     * Where the code of a file is, whether or not there is a {@code struct module} for it: by pieces of it that no relocation changes. A place
     * that none of {@link #modules} has is that of a hidden module.
     *
     * @throws ModrtException if the kernel would refuse the file
     */
    public List<Sighting> search(ModuleFile file) {
        LayoutPlan plan = ModuleRuntime.builder().profile(profile).build().plan(file, LoadPolicy.kernelExact());
        return new FileSearch(memory, plan).in(arch.moduleAreas(symbols));
    }

    /** Where everything of every module lies, and how that was found. */
    ImageModules observe(Consumer<Progress> told) {
        return new ImageModules(this, profile, told);
    }

    /** Checks all modules, on all processors that this machine has. */
    public ImageResult verify() {
        return verify(told -> {});
    }

    /** The same; {@code told} receives every step, from one thread at a time. */
    public ImageResult verify(Consumer<Progress> told) {
        return new ImageCheck(this, told).result();
    }

    /**
     * Checks the kernel's own code and constants.
     *
     * @param vmlinux the linked kernel of which the image is, with its symbol table, at the addresses at which it runs
     * @throws FormatException if the file is no such kernel, or if the image is of another
     */
    public KernelResult verifyKernel(ElfFile vmlinux) {
        return new KernelImageCheck(this, vmlinux).result();
    }

    /**
     * A step of a check that is done.
     *
     * @param step what was done, for example {@code verified}
     * @param module the module's name
     * @param done how many of the modules have it behind them
     * @param outOf the number of modules
     */
    public record Progress(String step, String module, int done, int outOf) {

        /** For example {@code verified xfs (12 of 80)}. */
        @Override
        public String toString() {
            return step + " " + module + " (" + done + " of " + outOf + ")";
        }
    }

    /** A module of the tree, which any load of the kernel's modules would take. */
    ModuleFile sample() {
        return sample;
    }

    ModuleTree tree() {
        return tree;
    }

    ArchKernel arch() {
        return arch;
    }

    KernelMemory kernelMemory() {
        return memory;
    }

    /** Where the kernel is; empty if its symbols do not tell. */
    Optional<AddressRange> kernelRange() {
        return kernelRange;
    }

    /** Where the kernel's own data is, its bss included; empty if its symbols do not tell. */
    Optional<AddressRange> kernelData() {
        return kernelData;
    }

    /** The kernel's own symbols that were given. */
    Map<String, Address> known() {
        return known.values();
    }

    /** Whether a pointer to a function is one to a descriptor of it. */
    boolean hasDescriptors() {
        return hasDescriptors;
    }

    /** The address of one of the kernel's symbols. */
    Optional<Address> address(String symbol) {
        return symbols.find(symbol).map(found -> arch.canonical(found.value()));
    }
}
