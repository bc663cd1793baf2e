package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfFile;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.BootImage;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bytes of a {@code vmlinux} at the addresses at which it is linked. They may be changed; the file does not change. */
final class LinkedKernel implements BootImage {
    private final ElfFile elf;
    private final ArchKernel arch;
    private final SymbolTable symbols;
    private final byte[] bytes;
    private final NavigableMap<Address, Part> parts = new TreeMap<>();
    private @Nullable NavigableMap<Address, String> names;

    /** A section that has contents, and where it lies. */
    record Part(Section section, AddressRange range) {
        private int fileOffset(long address) {
            return (int) (section.fileOffset() + (address - range.start().value()));
        }
    }

    LinkedKernel(ElfFile elf, ArchKernel arch) {
        this.elf = elf;
        this.arch = arch;
        if (elf.header().type() == ElfHeader.ET_REL) {
            throw refused("a relocatable object (ET_REL), not a linked kernel; give vmlinux");
        }
        this.symbols = elf.symbolTable()
                .orElseThrow(() -> refused(
                        "no symbol table: stripped, or the compressed vmlinuz; give the vmlinux it was" + " made of"));
        this.bytes = Arrays.copyOf(elf.array(), elf.lengthBytes());
        long sum = 0;
        for (Section section : elf.sections()) {
            if (section.isAllocated() && section.hasContents() && section.sizeBytes() > 0) {
                Address start = arch.canonical(Address.of(section.address()));
                parts.put(start, new Part(section, new AddressRange(start, section.sizeBytes())));
                sum += section.sizeBytes();
            }
        }
        if (sum > elf.lengthBytes()) {
            throw refused("sections of " + sum + " bytes together share contents: the file has " + elf.lengthBytes());
        }
    }

    private FormatException refused(String why) {
        return new FormatException(Refusal.beyondKernel((elf.name().isEmpty() ? "vmlinux" : elf.name()) + ": " + why));
    }

    /** The sections, by ascending address. */
    Collection<Part> parts() {
        return parts.values();
    }

    /** The part that holds all of {@code sizeBytes} bytes from {@code address} on. */
    private @Nullable Part part(Address address, long sizeBytes) {
        Map.Entry<Address, Part> below = parts.floorEntry(address);
        boolean isInside = below != null
                && below.getValue().range().contains(address)
                && sizeBytes <= below.getValue().range().end().minus(address);
        return isInside ? below.getValue() : null;
    }

    /** The bytes from {@code address} on, as they are now; a new array; empty where no section holds all of them. */
    Optional<byte[]> bytes(Address address, long sizeBytes) {
        Part part = part(address, sizeBytes);
        if (part == null || sizeBytes < 0) {
            return Optional.empty();
        }
        int from = part.fileOffset(address.value());
        return Optional.of(Arrays.copyOfRange(bytes, from, from + (int) sizeBytes));
    }

    /** Whether the four bytes at {@code offset} of a section are not those of the file. */
    boolean isRewritten(Part part, int offset) {
        int from = (int) part.section().fileOffset() + offset;
        int end = Math.min(from + Integer.BYTES, (int)
                (part.section().fileOffset() + part.section().sizeBytes()));
        return !Arrays.equals(bytes, from, end, elf.array(), from, end);
    }

    @Override
    public Optional<AddressRange> section(String name) {
        return parts.values().stream()
                .filter(part -> part.section().isNamed(name))
                .map(Part::range)
                .findFirst();
    }

    @Override
    public Optional<Address> symbol(String name) {
        int index = symbols.indexOf(name);
        return index == SymbolTable.NONE || symbols.rawSectionIndex(index) == Symbol.SHN_UNDEF
                ? Optional.empty()
                : Optional.of(arch.canonical(Address.of(symbols.value(index))));
    }

    /** The range from one symbol to another; empty if one of them is missing, or the second is not behind the first. */
    Optional<AddressRange> between(String start, String end) {
        Optional<Address> from = symbol(start);
        Optional<Address> to = symbol(end);
        return from.isPresent() && to.isPresent() && from.get().compareTo(to.get()) < 0
                ? Optional.of(AddressRange.between(from.get(), to.get()))
                : Optional.empty();
    }

    /** The nearest symbol in front of {@code address} and the distance from it. */
    Optional<String> symbolAt(Address address) {
        NavigableMap<Address, String> known = names;
        if (known == null) {
            known = namesByAddress();
            names = known;
        }
        return Optional.ofNullable(known.floorEntry(address)).map(symbol -> {
            long distance = address.minus(symbol.getKey());
            return symbol.getValue() + (distance == 0 ? "" : "+0x" + Long.toHexString(distance));
        });
    }

    private NavigableMap<Address, String> namesByAddress() {
        NavigableMap<Address, String> found = new TreeMap<>();
        for (int i = 1; i < symbols.count(); i++) {
            int index = symbols.rawSectionIndex(i);
            int type = symbols.type(i);
            if (index != Symbol.SHN_UNDEF
                    && index != Symbol.SHN_ABS
                    && type != Symbol.STT_SECTION
                    && type != Symbol.STT_FILE
                    && symbols.nameBytes(i) > 0
                    && !symbols.startsWith(i, ".L")
                    && !arch.isMappingSymbol(symbols.name(i))) {
                found.merge(
                        arch.canonical(Address.of(symbols.value(i))),
                        symbols.name(i),
                        (one, other) -> type == Symbol.STT_FUNC ? other : one);
            }
        }
        return found;
    }

    private int require(long address, int sizeBytes) {
        Part part = part(arch.width().address(address), sizeBytes);
        if (part == null) {
            throw refused("the kernel has no " + sizeBytes + " bytes at 0x" + Long.toHexString(address));
        }
        return part.fileOffset(arch.width().wrap(address));
    }

    private boolean isBigEndianCode() {
        return arch.codeOrder() == ByteOrder.BIG_ENDIAN;
    }

    @Override
    public boolean holds(long address, int sizeBytes) {
        return part(arch.width().address(address), sizeBytes) != null;
    }

    @Override
    public int codeAt(long address) {
        return Bytes.getInt(bytes, require(address, Integer.BYTES), isBigEndianCode());
    }

    @Override
    public byte byteAt(long address) {
        return bytes[require(address, Byte.BYTES)];
    }

    @Override
    public void putCodeAt(long address, int word) {
        Bytes.putInt(bytes, require(address, Integer.BYTES), isBigEndianCode(), word);
    }

    @Override
    public int wordAt(long address) {
        return Bytes.getInt(bytes, require(address, Integer.BYTES), elf.isBigEndian());
    }

    @Override
    public void putWordAt(long address, int word) {
        Bytes.putInt(bytes, require(address, Integer.BYTES), elf.isBigEndian(), word);
    }
}
