package io.modrt.testkit;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.image.ImageFile;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadedSymbol;
import io.modrt.memory.TargetMemory;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apiguardian.api.API;

/** The memory of a small kernel with modules, that a {@link KernelImageBuilder} has made, and ways to tamper with it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeKernelImage {
    private static final long PAGE_BYTES = 0x1000;

    private final ElfTarget target;
    private final KernelProfile profile;
    private final TargetMemory memory;
    private final Map<String, Address> symbols;
    private final FileTrees tree;
    private final List<LiveModule> modules;

    FakeKernelImage(
            ElfTarget target,
            KernelProfile profile,
            TargetMemory memory,
            Map<String, Address> symbols,
            FileTrees tree,
            List<LiveModule> modules) {
        this.target = target;
        this.profile = profile;
        this.memory = memory;
        this.symbols = new LinkedHashMap<>(symbols);
        this.tree = tree;
        this.modules = List.copyOf(modules);
    }

    /** The image as {@link MemoryImage} looks at it: by the kernel's addresses, with its symbols and its modules' files. */
    public MemoryImage image() {
        return describe().build();
    }

    /** The description of {@link #image()}, for a test that gives other memory or knows less. */
    public MemoryImage.Builder describe() {
        return MemoryImage.builder()
                .memory(memory, ranges(), ImageFile.Addressing.VIRTUAL)
                .symbols(KernelSymbols.systemMap(systemMap()))
                .tree(tree.open())
                .profile(profile);
    }

    /** The kernel's {@code System.map}. */
    public String systemMap() {
        Map<Address, String> lines = new TreeMap<>();
        int digits = 2 * target.encoding().wordBytes();
        symbols.forEach((name, address) -> lines.merge(
                address,
                HexFormat.of().toHexDigits(address.value(), digits) + " T " + name + "\n",
                (one, other) -> one + other));
        return String.join("", lines.values());
    }

    /** The memory, by the kernel's addresses. */
    public TargetMemory memory() {
        return memory;
    }

    /** The files of the modules. */
    public FileTrees tree() {
        return tree;
    }

    /** The modules, in the order in which they were loaded. */
    public List<LiveModule> modules() {
        return modules;
    }

    /** A module. */
    public LiveModule module(String name) {
        return modules.stream()
                .filter(module -> module.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no module is called " + name + "; there are "
                        + modules.stream().map(LiveModule::name).toList()));
    }

    /** The address of a module's {@code struct module}. */
    public Address structModule(String name) {
        return StructModules.of(module(name));
    }

    /** The address of a symbol of a module, or else of the kernel. */
    public Address address(String symbol) {
        return modules.stream()
                .flatMap(module -> module.symbol(symbol).stream())
                .map(LoadedSymbol::address)
                .findFirst()
                .or(() -> Optional.ofNullable(symbols.get(symbol)))
                .orElseThrow(() -> new IllegalArgumentException("neither the kernel nor a module has " + symbol));
    }

    /** Changes words of code, from a symbol on or behind it: {@code lower_call+0x8}. */
    public FakeKernelImage putCode(String place, int... words) {
        return put(place, target.codeOrder(), words);
    }

    /** Changes words of data, from a symbol on or behind it. */
    public FakeKernelImage putData(String place, int... words) {
        return put(place, target.encoding().order(), words);
    }

    /** Changes a pointer at a symbol or behind it. */
    public FakeKernelImage putPointer(String place, long value) {
        byte[] bytes = new byte[target.encoding().wordBytes()];
        target.encoding().putPointer(bytes, 0, value);
        memory.write(place(place), bytes, 0, bytes.length);
        return this;
    }

    private FakeKernelImage put(String place, ByteOrder order, int... words) {
        byte[] bytes = new ElfEncoding(target.encoding().elfClass(), order).words(words);
        memory.write(place(place), bytes, 0, bytes.length);
        return this;
    }

    private Address place(String text) {
        int sign = text.indexOf('+');
        return sign < 0 ? address(text) : address(text.substring(0, sign)).plus(Long.decode(text.substring(sign + 1)));
    }

    /** Takes a module off the kernel's list, as a rootkit does to hide it. */
    public FakeKernelImage hide(String module) {
        new StructModules(target.encoding(), memory).unlink(module(module));
        return this;
    }

    /** Where there is memory: the kernel from its first symbol to its last, and the modules, in whole pages. */
    public List<AddressRange> ranges() {
        List<Address> kernel = symbols.values().stream().sorted().toList();
        List<AddressRange> ranges = new ArrayList<>();
        ranges.add(pages(kernel.get(0), kernel.get(kernel.size() - 1).plus(1)));
        for (LiveModule module : modules) {
            for (RegionKind kind : RegionKind.values()) {
                if (!kind.isInit()) {
                    module.placed().range(kind).ifPresent(range -> ranges.add(pages(range.start(), range.end())));
                }
            }
        }
        ranges.sort((one, other) -> one.start().compareTo(other.start()));
        return ranges;
    }

    private static AddressRange pages(Address start, Address end) {
        Address first = Address.of(start.value() & -PAGE_BYTES);
        return AddressRange.between(first, Address.of(end.value() + PAGE_BYTES - 1 & -PAGE_BYTES));
    }
}
