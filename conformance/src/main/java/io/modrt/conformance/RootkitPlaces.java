package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.image.FoundModule;
import io.modrt.image.MemoryImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Where in an image a rootkit finds what it changes, by the guest's own symbols and sections, and how it reads and writes there. */
final class RootkitPlaces {
    static final int LEAST_FUNCTION = 0x80;

    private final MemoryImage image;
    private final KernelDump guest;
    private final RootkitCode code;
    private final boolean isBig;
    private final int wordBytes;

    /** The places of an image of the machine that {@code elf} is for. */
    RootkitPlaces(MemoryImage image, KernelDump guest, ElfFile elf, RootkitCode code) {
        this.image = image;
        this.guest = guest;
        this.code = code;
        this.isBig = elf.isBigEndian();
        this.wordBytes = elf.elfClass().wordBytes();
    }

    void write(PatchedMemory memory, Address at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            int from = i;
            image.physical(at.plus(i)).ifPresent(place -> memory.write(place, new byte[] {bytes[from]}));
        }
    }

    byte[] read(Address at, int length) {
        byte[] bytes = new byte[length];
        image.memory().read(at, bytes, 0, length);
        return bytes;
    }

    byte[] word(long value) {
        ByteBuffer buffer =
                ByteBuffer.allocate(wordBytes).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return (wordBytes == Integer.BYTES ? buffer.putInt((int) value) : buffer.putLong(value)).array();
    }

    long value(byte[] bytes, int at) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return wordBytes == Integer.BYTES ? Integer.toUnsignedLong(buffer.getInt(at)) : buffer.getLong(at);
    }

    /** A function of some size in the module's code, by the file's symbols and the guest's addresses. */
    Optional<Address> function(FoundModule module, boolean isTraced) {
        return functions(module, LEAST_FUNCTION).stream()
                .filter(at -> isTraced == site(at).isPresent())
                .findFirst();
    }

    /** The call site of the tracer of a function. */
    Optional<Address> site(Address function) {
        Address front = function.plus(-RootkitCode.IN_FRONT);
        byte[] bytes = new byte[RootkitCode.IN_FRONT + LEAST_FUNCTION];
        // why: nothing is mapped in front of a module's first function if it begins its page
        int from = image.physical(front).isPresent() ? 0 : RootkitCode.IN_FRONT;
        image.memory().read(front.plus(from), bytes, from, bytes.length - from);
        OptionalInt site = code.site(bytes);
        return site.isPresent() ? Optional.of(function.plus(site.getAsInt())) : Optional.empty();
    }

    List<Address> functions(FoundModule module, int leastBytes) {
        ElfFile elf = module.file().orElseThrow().elf();
        SymbolTable table = module.file().orElseThrow().symbols();
        List<Address> found = new ArrayList<>();
        for (int i = 1; i < table.count(); i++) {
            int index = table.sectionIndex(i);
            if (table.type(i) == Symbol.STT_FUNC && index > 0 && table.sizeBytes(i) >= leastBytes) {
                Section section = elf.section(index);
                Address start = sections(module).get(section.name());
                if (start != null && section.name().startsWith(".text") && isOnly(elf, section)) {
                    found.add(start.plus(table.value(i)));
                }
            }
        }
        return found;
    }

    static boolean isOnly(ElfFile elf, Section section) {
        return elf.sections().stream()
                        .filter(other -> other.name().equals(section.name()))
                        .count()
                == 1;
    }

    Map<String, Address> sections(FoundModule module) {
        return guest.modules().stream()
                .filter(told -> told.name().equals(module.name()))
                .findFirst()
                .orElseThrow()
                .sections();
    }

    Optional<Address> pointerTo(FoundModule module, String name, List<Address> functions) {
        Address start = sections(module).get(name);
        Optional<Section> section = module.file().orElseThrow().elf().section(name);
        if (start == null || section.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = read(start, (int) section.get().sizeBytes());
        for (int at = 0; at + wordBytes <= bytes.length; at += wordBytes) {
            Address pointer = Address.of(value(bytes, at));
            if (functions.contains(pointer) || isDescriptor(module, pointer, functions)) {
                return Optional.of(start.plus(at));
            }
        }
        return Optional.empty();
    }

    boolean isDescriptor(FoundModule module, Address pointer, List<Address> functions) {
        return code.hasDescriptors()
                && module.regions().values().stream().anyMatch(region -> region.contains(pointer))
                && functions.contains(Address.of(value(read(pointer.plus(2L * wordBytes), wordBytes), 0)));
    }

    /** The last place of the module's memory that has this value where a symbol's would be. */
    Optional<Address> tableEntry(FoundModule module, Address value) {
        return module.regions().values().stream()
                .flatMap(region -> {
                    byte[] bytes = read(region.start(), (int) region.sizeBytes());
                    for (int at = (bytes.length - 2 * wordBytes) & -wordBytes; at > 0; at -= wordBytes) {
                        Address place = region.start().plus(at - (long) wordBytes);
                        boolean isBehind = sections(module).values().stream()
                                .allMatch(start -> start.compareTo(place) < 0 || !region.contains(start));
                        if (value(bytes, at) == value.value() && isBehind) {
                            return Stream.of(place);
                        }
                    }
                    return Stream.empty();
                })
                .findFirst();
    }
}
