package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.spi.ModuleImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/** Tables that {@code module_finalize} rewrites. Source: Linux 6.1 {@code arch/parisc/kernel/module.c}, {@code unwind.c}. */
final class PariscFinish {
    private static final String UNWIND = ".PARISC.unwind";
    private static final int UNWIND_BYTES = 16;

    private PariscFinish() {}

    /** Sorts the last unwind table by the start of what its entries describe. The kernel leaves the order of equal ones open. */
    static void sortUnwindTable(ModuleImage image) {
        image.placed().file().elf().sections().stream()
                .filter(section -> section.name().startsWith(UNWIND))
                .filter(section -> image.placed().address(section).isPresent())
                .reduce((one, next) -> next)
                .ifPresent(section -> sort(image, section));
    }

    private static void sort(ModuleImage image, Section table) {
        long address = image.placed().address(table).orElseThrow().value();
        int[][] entries = new int[(int) table.sizeBytes() / UNWIND_BYTES][];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = words(image, address + (long) i * UNWIND_BYTES, UNWIND_BYTES / Integer.BYTES);
        }
        Arrays.sort(entries, Comparator.comparingLong(entry -> Integer.toUnsignedLong(entry[0])));
        for (int i = 0; i < entries.length; i++) {
            putWords(image, address + (long) i * UNWIND_BYTES, entries[i]);
        }
    }

    /**
     * Moves the symbols of the table in init memory, where kernels with KALLSYMS have one, together, without those whose names start with {@code .L}. What is left
     * behind the last stays, and the letters of their types do not move: the kernel's slip, seen while the module initialises.
     */
    static void dropLocalLabels(ModuleImage image) {
        Optional<SymbolTable> table = image.placed().file().elf().symbolTable();
        Optional<Address> start = table.flatMap(symbols -> image.placed().address(symbols.section()));
        start.ifPresent(address -> dropLocalLabels(image, table.orElseThrow(), address.value()));
    }

    private static void dropLocalLabels(ModuleImage image, SymbolTable symbols, long address) {
        int words = symbols.section().file().elfClass().symbolBytes() / Integer.BYTES;
        long to = address;
        for (int i = 0; i < symbols.count(); i++) {
            if (i == 0 || !symbols.startsWith(i, ".L")) {
                long from = address + (long) i * words * Integer.BYTES;
                if (from != to) {
                    putWords(image, to, words(image, from, words));
                }
                to += (long) words * Integer.BYTES;
            }
        }
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
