package io.modrt.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.testkit.BundledModules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every cut of a module, and every bit of its header, section headers, symbols and relocations turned over: each gives a module or a
 * refusal, and a module that was just loaded verifies.
 */
class ExhaustiveTest {
    private static final int MOST_SHOWN = 5;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mips-o32-be-r2/farcall.ko",
                "mips-o32-le-r2/greeter.ko",
                "mips-n64-le-r2/pairs.ko",
                "parisc-32/greeter.ko",
                "parisc-64/visitor.ko",
                "aarch64-le/greeter.ko"
            })
    void everyCutAndEveryBitOfItsStructures(String path) {
        byte[] module = BundledModules.file(path);
        List<String> escapes = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger loads = new AtomicInteger();
        IntStream.range(0, module.length).parallel().forEach(length -> {
            byte[] cut = Arrays.copyOf(module, length);
            run(cut, "the first " + length + " bytes", escapes, loads);
        });
        BitSet structures = structures(module);
        structures.stream().parallel().forEach(at -> {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] changed = module.clone();
                changed[at] ^= (byte) (1 << bit);
                run(changed, "bit " + bit + " of byte 0x" + Integer.toHexString(at), escapes, loads);
            }
        });
        assertEquals(List.of(), escapes.stream().limit(MOST_SHOWN).toList());
        assertTrue(loads.get() > 2 * (module.length + Byte.SIZE * structures.cardinality()) - 1, loads + " loads");
    }

    private static void run(byte[] file, String what, List<String> escapes, AtomicInteger loads) {
        FuzzTarget bestEffort = new FuzzTarget("", List::of, input -> ModuleRuns.load(input, ModuleRuns.BEST_EFFORT));
        FuzzTarget exact = new FuzzTarget("", List::of, input -> ModuleRuns.load(input, ModuleRuns.EXACT));
        for (FuzzTarget policy : List.of(bestEffort, exact)) {
            loads.incrementAndGet();
            Throwable escape = Execution.of(policy, file).escape();
            if (escape != null) {
                escapes.add(what + ": " + escape + " at " + escape.getStackTrace()[0]);
            }
        }
    }

    /** The bytes of the file header, of the section headers, of the symbol table and of relocations. */
    private static BitSet structures(byte[] module) {
        ElfFile elf = ElfFile.view(module);
        BitSet bytes = new BitSet();
        bytes.set(0, elf.elfClass().headerBytes());
        int headers = (int) elf.header().sectionHeadersOffset();
        bytes.set(headers, headers + elf.sectionCount() * elf.header().sectionHeaderBytes());
        for (Section section : elf.sections()) {
            boolean isTable = section.type() == Section.SHT_SYMTAB
                    || section.type() == Section.SHT_REL
                    || section.type() == Section.SHT_RELA;
            if (isTable) {
                bytes.set((int) section.fileOffset(), (int) (section.fileOffset() + section.sizeBytes()));
            }
        }
        return bytes;
    }
}
