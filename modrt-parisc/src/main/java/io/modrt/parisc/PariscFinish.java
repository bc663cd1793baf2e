package io.modrt.parisc;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.spi.ModuleImage;
import java.util.Arrays;
import java.util.Optional;

/** The tables that {@code module_finalize} rewrites. Source: Linux 6.1 {@code arch/parisc/kernel/module.c}, {@code unwind.c}. */
final class PariscFinish {
    private static final String UNWIND = ".PARISC.unwind";
    private static final int UNWIND_BYTES = 16;

    private PariscFinish() {}

    /** Sorts the last unwind table by where the code of its entries starts. The kernel's sort leaves open how equal ones are ordered. */
    static void sortUnwindTable(ModuleImage image) {
        ElfFile elf = image.placed().file().elf();
        for (int i = elf.sectionCount() - 1; i > 0; i--) {
            Section section = elf.section(i);
            if (section.isNamedFrom(UNWIND) && image.placed().address(section).isPresent()) {
                sort(image, section);
                return;
            }
        }
    }

    private static void sort(ModuleImage image, Section table) {
        long address = image.placed().address(table).orElseThrow().value();
        int count = (int) table.sizeBytes() / UNWIND_BYTES;
        long[] keys = new long[count];
        boolean isSorted = true;
        for (int i = 0; i < count; i++) {
            long start = Integer.toUnsignedLong(image.wordAt(address + (long) i * UNWIND_BYTES));
            keys[i] = start << Integer.SIZE - 1 | i;
            isSorted &= i == 0 || keys[i - 1] < keys[i];
        }
        if (isSorted) {
            return;
        }
        Arrays.sort(keys);
        for (int first = 0; first < count; first++) {
            moveCycle(image, address, keys, first);
        }
    }

    /**
     * Moves the entries that take each other's places, of which {@code first} is one: to each index goes the entry whose number the lower
     * half of its key has. Their keys say then that they are in their places.
     */
    private static void moveCycle(ModuleImage image, long address, long[] keys, int first) {
        int from = (int) keys[first] & Integer.MAX_VALUE;
        if (from == first) {
            return;
        }
        long start = address + (long) first * UNWIND_BYTES;
        int word0 = image.wordAt(start);
        int word1 = image.wordAt(start + 4);
        int word2 = image.wordAt(start + 8);
        int word3 = image.wordAt(start + 12);
        int to = first;
        while (from != first) {
            image.move(address + (long) from * UNWIND_BYTES, UNWIND_BYTES, address + (long) to * UNWIND_BYTES);
            keys[to] = to;
            to = from;
            from = (int) keys[to] & Integer.MAX_VALUE;
        }
        keys[to] = to;
        long end = address + (long) to * UNWIND_BYTES;
        image.putWordAt(end, word0);
        image.putWordAt(end + 4, word1);
        image.putWordAt(end + 8, word2);
        image.putWordAt(end + 12, word3);
    }

    /**
     * Removes the symbols whose names start with {@code .L} from the symbol table in init memory, which kernels with KALLSYMS have,
     * and closes the gaps.
     */
    static void dropLocalLabels(ModuleImage image) {
        SymbolTable symbols = image.placed().file().symbols();
        Optional<Address> table = image.placed().address(symbols.section());
        if (table.isEmpty()) {
            return;
        }
        // why: what is left behind the last symbol stays, and the letters of the symbols' types, which are a table of
        // their own, do not move: a slip of the kernel, which shows until the module is initialised
        int symbolBytes = symbols.section().file().elfClass().symbolBytes();
        long start = table.get().value();
        long to = start;
        int kept = 0; // the first of the symbols that move together
        for (int i = 1; i <= symbols.count(); i++) {
            if (i == symbols.count() || symbols.startsWith(i, ".L")) {
                if (kept < i) {
                    image.move(start + (long) kept * symbolBytes, (i - kept) * symbolBytes, to);
                    to += (long) (i - kept) * symbolBytes;
                }
                kept = i + 1;
            }
        }
    }
}
