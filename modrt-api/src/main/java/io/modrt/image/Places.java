package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.image.ImageModules.Entry;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.SymbolOffset;
import io.modrt.spi.Width;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What lies at an address of an image: the kernel, a module, or nothing that either knows. */
final class Places {

    /** What an address is. */
    enum Kind {
        /** The start of a function, or of what the kernel's symbols name. */
        ENTRY,
        /** Code, not at the start of a function. */
        INSIDE,
        /** The kernel's or a module's, and no code. */
        DATA,
        /** A module's that is not on the kernel's list. */
        HIDDEN,
        /** Neither the kernel's nor any module's. */
        FOREIGN
    }

    /** An address with what it is, and that in words. */
    record Place(Kind kind, String text) {}

    /** Where no symbol says where the kernel's code begins and ends. */
    private static final AddressRange NOWHERE = new AddressRange(Address.of(0), 0);

    private static final int DESCRIPTOR_CODE = 2;

    private final KernelMemory memory;
    private final boolean hasDescriptors;
    private final boolean isWide;
    private final NavigableMap<Address, String> kernelSymbols = new TreeMap<>();
    private final NavigableMap<Address, Kept> kept = new TreeMap<>();
    private final Map<Entry, Set<Address>> starts = new HashMap<>();
    private final NavigableMap<Address, Freed> freed = new TreeMap<>();
    private final AddressRange kernelCode;
    private final AddressRange kernelImage;

    /** A region that is a module's. */
    private record Kept(Entry entry, AddressRange range) {}

    /** A region that the kernel has freed. */
    record Freed(Entry entry, RegionKind kind, AddressRange range) {}

    Places(MemoryImage image, ImageModules modules) {
        this.memory = image.kernelMemory();
        this.hasDescriptors = image.hasDescriptors();
        this.isWide = image.arch().width() == Width.BITS_64;
        image.known()
                .forEach((name, value) -> kernelSymbols.putIfAbsent(image.arch().canonical(value), name));
        // why: of the names of one address, sites that call the tracer tell this one
        image.arch()
                .tracing()
                .kernelEntries()
                .forEach(name -> image.address(name).ifPresent(at -> kernelSymbols.put(at, name)));
        Optional<Address> start = image.address("_text").or(() -> image.address("_stext"));
        this.kernelCode = range(start, image.address("_etext"));
        this.kernelImage = range(start, image.address("_end").or(() -> lastSymbol(kernelCode)));
        for (Entry entry : modules.entries()) {
            modules.regions(entry).values().forEach(range -> kept.put(range.start(), new Kept(entry, range)));
            entry.relocated().ifPresent(relocated -> {
                addFreed(entry, relocated);
                starts.put(entry, starts(relocated));
            });
        }
    }

    private static AddressRange range(Optional<Address> start, Optional<Address> end) {
        return start.isPresent() && end.isPresent() && start.get().compareTo(end.get()) < 0
                ? AddressRange.between(start.get(), end.get())
                : NOWHERE;
    }

    private Optional<Address> lastSymbol(AddressRange code) {
        return Optional.ofNullable(kernelSymbols.lowerKey(code.start().plus(1L << 28)));
    }

    private void addFreed(Entry entry, RelocatedModule relocated) {
        PlacedModule placed = relocated.resolved().placed();
        for (RegionKind kind : RegionKind.values()) {
            if (kind.isInit() && entry.isInitGone()) {
                placed.range(kind).ifPresent(range -> freed.put(range.start(), new Freed(entry, kind, range)));
            }
        }
    }

    private static Set<Address> starts(RelocatedModule relocated) {
        Set<Address> starts = new HashSet<>();
        int count = relocated.resolved().placed().file().symbols().count();
        for (int i = 1; i < count; i++) {
            starts.add(Address.of(relocated.resolved().values().value(i)));
        }
        return starts;
    }

    /** The regions that the kernel has freed. */
    Iterable<Freed> freed() {
        return freed.values();
    }

    /** The module whose memory holds {@code address}. */
    Optional<Entry> module(Address address) {
        Map.Entry<Address, Kept> below = kept.floorEntry(address);
        return below == null
                ? Optional.empty()
                : Optional.of(below.getValue())
                        .filter(region -> region.range().contains(address))
                        .map(Kept::entry);
    }

    /** What is at {@code address}. */
    Place at(Address address) {
        if (kernelImage.contains(address)) {
            Map.Entry<Address, String> symbol = kernelSymbols.floorEntry(address);
            String text = symbol == null
                    ? "the kernel"
                    : "the kernel's " + named(symbol.getValue(), address.minus(symbol.getKey()));
            boolean isStart = symbol != null && symbol.getKey().equals(address);
            boolean isCode = kernelCode.contains(address);
            return new Place(isStart ? Kind.ENTRY : isCode ? Kind.INSIDE : Kind.DATA, text);
        }
        Optional<Entry> module = module(address);
        if (module.isPresent()) {
            return inModule(module.get(), address);
        }
        Map.Entry<Address, Freed> below = freed.floorEntry(address);
        if (below != null && below.getValue().range().contains(address)) {
            return new Place(
                    Kind.FOREIGN,
                    "memory that the initialisation of "
                            + below.getValue().entry().module().name() + " had");
        }
        return memory.bytes(address, 1).isPresent()
                ? new Place(Kind.FOREIGN, "memory of neither the kernel nor a module, " + address)
                : new Place(Kind.FOREIGN, "nowhere, " + address);
    }

    private Place inModule(Entry entry, Address address) {
        String name = entry.module().name();
        String text = name
                + entry.relocated()
                        .flatMap(relocated -> relocated.resolved().symbolAt(address))
                        .map(SymbolOffset::toString)
                        .map(symbol -> "'s " + symbol)
                        .orElse("");
        if (!entry.isListed()) {
            return new Place(Kind.HIDDEN, "hidden module " + text);
        }
        boolean isStart = starts.getOrDefault(entry, Set.of()).contains(address);
        boolean isCode =
                entry.relocated().map(relocated -> isCode(relocated, address)).orElse(false);
        return new Place(isStart ? Kind.ENTRY : isCode ? Kind.INSIDE : Kind.DATA, text);
    }

    /** Whether the kernel or a module has code at {@code address}. */
    boolean isCode(Address address) {
        return kernelCode.contains(address)
                || module(address)
                        .flatMap(Entry::relocated)
                        .filter(relocated -> isCode(relocated, address))
                        .isPresent();
    }

    /** The place of code that {@code pointer} leads to, perhaps through a descriptor; empty if it leads to none. */
    Optional<Place> code(Address pointer) {
        Place place = at(pointer);
        if (isCode(place) && !(hasDescriptors && isWide)) {
            return Optional.of(place).filter(ignored -> isCode(pointer));
        }
        if (hasDescriptors && place.kind() != Kind.FOREIGN) {
            return memory.pointer(pointer.plus((long) DESCRIPTOR_CODE * memory.wordBytes()))
                    .filter(this::isCode)
                    .map(this::at)
                    .filter(Places::isCode);
        }
        return Optional.empty();
    }

    private static boolean isCode(Place place) {
        return place.kind() == Kind.ENTRY || place.kind() == Kind.INSIDE;
    }

    /** A module that has memory in {@code range}. */
    Optional<Entry> owner(AddressRange range) {
        Optional<Entry> first = module(range.start());
        return first.isPresent()
                ? first
                : kept.subMap(range.start(), range.end()).values().stream()
                        .map(Kept::entry)
                        .findFirst();
    }

    private static boolean isCode(RelocatedModule relocated, Address address) {
        PlacedModule placed = relocated.resolved().placed();
        for (Section section : placed.file().elf().sections()) {
            if (section.isExecutable()) {
                Optional<Address> start = placed.address(section);
                long sizeBytes = placed.shape(section).sizeBytes();
                if (start.isPresent() && new AddressRange(start.get(), sizeBytes).contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String named(String symbol, long distance) {
        return distance == 0 ? symbol : symbol + "+0x" + Long.toHexString(distance);
    }
}
