package io.modrt.parisc;

import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.memory.Address;
import io.modrt.spi.ModuleImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/** Tables that {@code module_finalize} rewrites. Source: Linux 6.1 {@code arch/parisc/kernel/module.c}, {@code unwind.c}. */
final class PariscFinish {
    private static final String UNWIND = ".PARISC.unwind";
    private static final int UNWIND_WORDS = 4;

    private PariscFinish() {}

    /** Sorts the last unwind table by the start of what its entries describe. The kernel leaves the order of equal ones open. */
    static void sortUnwindTable(ModuleImage image) {
        Optional<Section> last = image.placed().plan().file().elf().sections().stream()
                .filter(section -> section.name().startsWith(UNWIND))
                .filter(section -> image.placed().address(section).isPresent())
                .reduce((one, next) -> next);
        last.ifPresent(section -> sortUnwindTable(
                image,
                image.placed().address(section).orElseThrow().value(),
                (int) section.sizeBytes() / (UNWIND_WORDS * Integer.BYTES)));
    }

    private static void sortUnwindTable(ModuleImage image, long address, int count) {
        int[][] entries = new int[count][];
        for (int i = 0; i < count; i++) {
            entries[i] = words(image, address + (long) i * UNWIND_WORDS * Integer.BYTES, UNWIND_WORDS);
        }
        Arrays.sort(entries, Comparator.comparingLong(entry -> Integer.toUnsignedLong(entry[0])));
        for (int i = 0; i < count; i++) {
            putWords(image, address + (long) i * UNWIND_WORDS * Integer.BYTES, entries[i]);
        }
    }

    /**
     * Moves the symbols of the table in init memory together, without those whose names start with {@code .L}. What is left
     * behind the last stays, and the letters of their types do not move: the kernel's slip, seen while the module initialises.
     */
    static void dropLocalLabels(ModuleImage image) {
        Optional<SymbolTable> table = image.placed().plan().file().elf().symbolTable();
        Optional<Address> start = table.flatMap(symbols -> image.placed().address(symbols.section()));
        start.ifPresent(address -> dropLocalLabels(image, table.orElseThrow(), address.value()));
    }

    private static void dropLocalLabels(ModuleImage image, SymbolTable symbols, long address) {
        int words = symbols.section().file().elfClass().symbolBytes() / Integer.BYTES;
        long to = address;
        for (int i = 0; i < symbols.count(); i++) {
            if (i == 0 || !isLocalLabel(symbols, i)) {
                long from = address + (long) i * words * Integer.BYTES;
                if (from != to) {
                    putWords(image, to, words(image, from, words));
                }
                to += (long) words * Integer.BYTES;
            }
        }
    }

    /** Looks at the name's first two bytes in the file; most symbols are none, and need no string. */
    private static boolean isLocalLabel(SymbolTable symbols, int index) {
        byte[] file = symbols.section().file().array();
        int name = (int) symbols.stringTable().fileOffset() + symbols.nameOffset(index);
        return symbols.nameBytes(index) > 1 && file[name] == '.' && file[name + 1] == 'L';
    }

    private static int[] words(ModuleImage image, long address, int count) {
        return IntStream.range(0, count)
                .map(i -> image.wordAt(address + (long) i * Integer.BYTES))
                .toArray();
    }

    private static void putWords(ModuleImage image, long address, int... words) {
        for (int i = 0; i < words.length; i++) {
            image.putWordAt(address + (long) i * Integer.BYTES, words[i]);
        }
    }
}
