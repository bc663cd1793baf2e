package io.modrt.engine.layout;

import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.bytes.Pointers;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a module between placing and commit: one array for each region, of the region's size, zero where the file has no bytes. Not
 * safe for use by many threads.
 */
public final class ImageBytes implements ModuleImage {
    private static final byte[] NOTHING = {};
    private static final Block NO_BLOCK = new Block(0, NOTHING);
    private static final int KINDS = RegionKind.values().length;

    private final PlacedSections placed;
    private final SectionLayout layout;
    private final SectionAddresses addresses;
    private final boolean bigEndian;
    private final ByteOrder codeOrder;
    private final boolean bigEndianCode;
    private final int wordBytes;
    private final Block[] blocks;
    /** The block of each region, by the region's number; without bytes for a region that the module does not have. */
    private final Block[] byRegion = new Block[KINDS + 1];
    /** The block that was used last, since the next use is likely there too. */
    private @Nullable Block last;

    private ImageBytes(PlacedSections placed, SectionAddresses addresses, ByteOrder codeOrder) {
        this.placed = placed;
        this.layout = addresses.layout();
        this.addresses = addresses;
        ElfFile elf = layout.file().elf();
        bigEndian = elf.isBigEndian();
        this.codeOrder = codeOrder;
        bigEndianCode = codeOrder == ByteOrder.BIG_ENDIAN;
        wordBytes = elf.elfClass().wordBytes();
        Arrays.fill(byRegion, NO_BLOCK);
        List<RegionKind> kinds = layout.regions();
        blocks = new Block[kinds.size()];
        for (int i = 0; i < blocks.length; i++) {
            AddressRange range = addresses.range(kinds.get(i)).orElseThrow();
            blocks[i] = new Block(range.start().value(), new byte[Math.toIntExact(range.sizeBytes())]);
            byRegion[LayoutPasses.numberOf(kinds.get(i))] = blocks[i];
        }
        for (int section = 1; section < layout.sectionCount(); section++) {
            if (layout.isLoaded(section)) {
                fill(section, elf);
            }
        }
    }

    /**
     * The file's bytes at their addresses, not relocated.
     *
     * @param placed the same addresses as architectures see them
     */
    public static ImageBytes of(PlacedSections placed, SectionAddresses addresses, ByteOrder codeOrder) {
        return new ImageBytes(placed, addresses, codeOrder);
    }

    private void fill(int index, ElfFile elf) {
        Section inFile = elf.section(index);
        if (inFile.hasContents()) {
            // why: an architecture may have grown or shrunk the section
            int length =
                    (int) Math.min(inFile.sizeBytes(), layout.section(index).sizeBytes());
            System.arraycopy(elf.array(), (int) inFile.fileOffset(), array(index), arrayOffset(index), length);
        }
    }

    @Override
    public PlacedSections placed() {
        return placed;
    }

    /** The layout of these bytes. */
    public SectionLayout layout() {
        return layout;
    }

    /** The addresses of these bytes. */
    public SectionAddresses addresses() {
        return addresses;
    }

    /** Whether words are stored most significant byte first. */
    public boolean isBigEndian() {
        return bigEndian;
    }

    /** Bytes of an address: 4 or 8. */
    public int wordBytes() {
        return wordBytes;
    }

    /** The bytes of a region, not a copy; empty if the module has no region of this kind. */
    public byte[] bytes(RegionKind kind) {
        return byRegion[LayoutPasses.numberOf(kind)].bytes;
    }

    /** The array that holds a loaded section, which is its region's; the section starts at {@link #arrayOffset}. */
    public byte[] array(int section) {
        return byRegion[layout.regionNumber(section)].bytes;
    }

    /** Where a loaded section starts in {@link #array}. */
    public int arrayOffset(int section) {
        Block block = byRegion[layout.regionNumber(section)];
        // why: a region without bytes has no array, and its sections have no bytes either
        return block == NO_BLOCK ? 0 : block.index(addresses.addressOrZero(section));
    }

    /** The address of a loaded section. */
    public long address(int section) {
        return addresses.address(section);
    }

    @Override
    public Optional<SectionImage> section(String name) {
        int found = nextLoaded(name, 0);
        return found == 0 ? Optional.empty() : Optional.of(section(found));
    }

    @Override
    public List<SectionImage> sections(String name) {
        List<SectionImage> found = new ArrayList<>();
        for (int i = nextLoaded(name, 0); i > 0; i = nextLoaded(name, i)) {
            found.add(section(i));
        }
        return found;
    }

    /** The first loaded section of this name behind {@code after}; 0 if there is none. */
    private int nextLoaded(String name, int after) {
        ElfFile elf = layout.file().elf();
        int found = elf.nextNamed(name, after);
        while (found > 0 && !layout.isLoaded(found)) {
            found = elf.nextNamed(name, found);
        }
        return found;
    }

    /** Moves a view of this module's bytes to another loaded section; makes one if there is none yet. */
    public SectionBytes section(int section, @Nullable SectionBytes view) {
        if (view == null) {
            return section(section);
        }
        view.moveTo(layout.section(section), address(section), array(section), arrayOffset(section));
        return view;
    }

    /** The bytes of a loaded section. */
    public SectionBytes section(int section) {
        return new SectionBytes(
                layout.section(section), address(section), array(section), arrayOffset(section), bigEndian);
    }

    /** A copy of a section's bytes; empty for one that is not loaded. */
    public byte[] copyOf(int section) {
        if (!layout.isLoaded(section)) {
            return NOTHING.clone();
        }
        int start = arrayOffset(section);
        return Arrays.copyOfRange(
                array(section), start, start + (int) layout.section(section).sizeBytes());
    }

    /** Whether {@code sizeBytes} bytes from {@code address} on belong to one region of the module. */
    @Override
    public boolean holds(long address, int sizeBytes) {
        return blockAt(address, sizeBytes) != null;
    }

    @Override
    public int codeAt(long address) {
        Block block = require(address, Integer.BYTES);
        return Bytes.getInt(block.bytes, block.index(address), bigEndianCode);
    }

    @Override
    public void putCodeAt(long address, int word) {
        Block block = require(address, Integer.BYTES);
        Bytes.putInt(block.bytes, block.index(address), bigEndianCode, word);
    }

    @Override
    public byte byteAt(long address) {
        Block block = require(address, Byte.BYTES);
        return block.bytes[block.index(address)];
    }

    @Override
    public void putByteAt(long address, byte value) {
        Block block = require(address, Byte.BYTES);
        block.bytes[block.index(address)] = value;
    }

    @Override
    public ByteOrder codeOrder() {
        return codeOrder;
    }

    @Override
    public void putBytesAt(long address, byte[] bytes) {
        Block block = require(address, bytes.length);
        System.arraycopy(bytes, 0, block.bytes, block.index(address), bytes.length);
    }

    @Override
    public void move(long from, int sizeBytes, long to) {
        Block block = require(from, sizeBytes);
        if (!block.holds(to, sizeBytes)) {
            throw missing(to, sizeBytes);
        }
        System.arraycopy(block.bytes, block.index(from), block.bytes, block.index(to), sizeBytes);
    }

    @Override
    public int wordAt(long address) {
        Block block = require(address, Integer.BYTES);
        return Bytes.getInt(block.bytes, block.index(address), bigEndian);
    }

    @Override
    public void putWordAt(long address, int word) {
        Block block = require(address, Integer.BYTES);
        Bytes.putInt(block.bytes, block.index(address), bigEndian, word);
    }

    @Override
    public long pointerAt(long address) {
        Block block = require(address, wordBytes);
        return Pointers.get(block.bytes, block.index(address), wordBytes, bigEndian);
    }

    @Override
    public void putPointerAt(long address, long value) {
        Block block = require(address, wordBytes);
        Pointers.put(block.bytes, block.index(address), wordBytes, bigEndian, value);
    }

    /** A region's bytes and the address of the first. */
    private static final class Block {
        private final long address;
        private final byte[] bytes;

        Block(long address, byte[] bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        int index(long at) {
            return (int) (at - address);
        }

        boolean holds(long at, int sizeBytes) {
            return Long.compareUnsigned(at - address, bytes.length) < 0 && at - address <= bytes.length - sizeBytes;
        }
    }

    private @Nullable Block blockAt(long address, int sizeBytes) {
        Block recent = last;
        if (recent != null && recent.holds(address, sizeBytes)) {
            return recent;
        }
        for (Block block : blocks) {
            if (block.holds(address, sizeBytes)) {
                last = block;
                return block;
            }
        }
        return null;
    }

    private Block require(long address, int sizeBytes) {
        Block block = blockAt(address, sizeBytes);
        if (block == null) {
            throw missing(address, sizeBytes);
        }
        return block;
    }

    private FormatException missing(long address, int sizeBytes) {
        return new FormatException(Refusal.beyondKernel(layout.file().name() + ": the module has no " + sizeBytes
                + " bytes at 0x" + Long.toHexString(address) + "; it has "
                + layout.regions().stream()
                        .map(kind -> kind + " " + addresses.range(kind).orElseThrow())
                        .collect(Collectors.joining(", "))));
    }
}
