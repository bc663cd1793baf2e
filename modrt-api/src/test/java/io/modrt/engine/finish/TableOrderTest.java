package io.modrt.engine.finish;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfClass;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SmallModule;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.version.KernelVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exception and jump tables. Tables are written with final addresses in place; regions lie at 0xc0000000 and 0xc0010000. */
class TableOrderTest {
    private static final long BASE = 0xc0000000L;
    private static final TableShapes.ExceptionTable PAIRS_32 =
            new TableShapes.ExceptionTable(8, 4, Reference.ABSOLUTE, 2);
    private static final TableShapes.JumpTable JUMPS_32 = new TableShapes.JumpTable(4, 4, Reference.ABSOLUTE);

    private final List<Diagnostic> told = new ArrayList<>();

    private static int[] words(ImageBytes image, String section) {
        var view = image.section(section).orElseThrow();
        int[] words = new int[(int) view.section().sizeBytes() / 4];
        for (int i = 0; i < words.length; i++) {
            words[i] = view.word(4L * i);
        }
        return words;
    }

    @Test
    void exceptionPairsAreSortedAsUnsignedAndStable() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(
                "__ex_table", A, 4, module.ints(0xc0000008, 1, 0x7fff0000, 2, 0xc0000004, 3, 0xc0000008, 4, 0x10, 5));
        ImageBytes image = module.image(PACKED, BASE);
        ExceptionTableOrder.sort(image, PAIRS_32, told::add);
        assertArrayEquals(
                new int[] {0x10, 5, 0x7fff0000, 2, 0xc0000004, 3, 0xc0000008, 1, 0xc0000008, 4},
                words(image, "__ex_table"));
        assertEquals(List.of(), told);
    }

    @Test
    void selfRelativeExceptionsPointWhereTheyPointed() {
        SmallModule module = new SmallModule(ElfClass.ELF64, true);
        module.section(".text", AX, 4, 0x20);
        // field at 0xc0000020 - 0x10 = ..10, at ..24 - 0xc = ..18; then ..2c: ..04, ..30: ..08; then ..38: ..08, ..3c:
        // ..0c
        module.section("__ex_table", WA, 4, module.ints(-0x10, -0xc, 0xa, -0x28, -0x28, 0xb, -0x30, -0x30, 0xc));
        ImageBytes image = module.image(PACKED, BASE);
        ExceptionTableOrder.sort(image, new TableShapes.ExceptionTable(12, 4, Reference.FROM_FIELD, 2), told::add);
        // ..20 - 0x1c = ..04, ..24 - 0x1c = ..08; ..2c - 0x24 = ..08, ..30 - 0x24 = ..0c; ..38 - 0x28 = ..10, ..3c -
        // 0x24 = ..18
        assertArrayEquals(
                new int[] {-0x1c, -0x1c, 0xb, -0x24, -0x24, 0xc, -0x28, -0x24, 0xa}, words(image, "__ex_table"));
    }

    @Test
    void whatIsNoWholeEntryIsLeftAndTold() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section("__ex_table", A, 4, module.ints(9, 1, 3, 2, 0));
        ImageBytes image = module.image(PACKED, BASE);
        ExceptionTableOrder.sort(image, PAIRS_32, told::add);
        assertArrayEquals(new int[] {3, 2, 9, 1, 0}, words(image, "__ex_table"));
        assertEquals(1, told.size());
        assertEquals(Diagnostic.Kind.TRUNCATED_OR_IGNORED, told.get(0).kind());
        assertTrue(told.get(0).text().startsWith("the last 4 bytes, behind 2 entries of 8 bytes"), told.toString());
    }

    /** Text 0..20, jump table 20..5c, data with keys at 5c and 64, init text at 0xc0010000. */
    private static SmallModule jumps() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x20);
        module.section(".init.text", AX, 4, 8);
        module.section(
                "__jump_table",
                WA,
                4,
                module.ints(
                        0xc0000010,
                        0xa0,
                        0xc0000065, // key ..64, branch
                        0xc0010004,
                        0xa1,
                        0xc000005c, // in init
                        0xc0000004,
                        0xa2,
                        0xc0000064,
                        0xc0000008,
                        0xa3,
                        0x80123450, // the kernel's key
                        0xc0000000,
                        0xa4,
                        0xc000005e)); // key ..5c, a mark that does not hold
        module.section(".data", WA, 4, module.ints(7, 1, 8, 0));
        return module;
    }

    @Test
    void jumpsAreSortedByKeyAndCodeMarkedAndKnownToTheirKeys() {
        ImageBytes image = jumps().image(PACKED, BASE);
        JumpTable.finish(image, JUMPS_32, told::add);
        assertArrayEquals(
                new int[] {
                    0xc0000008, 0xa3, 0x80123450, //
                    0xc0000000, 0xa4, 0xc000005c, //
                    0xc0010004, 0xa1, 0xc000005e, //
                    0xc0000004, 0xa2, 0xc0000064, //
                    0xc0000010, 0xa0, 0xc0000065
                },
                words(image, "__jump_table"));
        // key ..5c: entries from the second at 0xc000002c on, its low bit 1 kept; key ..64: from the fourth at
        // 0xc0000044 on
        assertArrayEquals(new int[] {7, 0xc000002d, 8, 0xc0000044}, words(image, ".data"));
        assertEquals(List.of(), told);
    }

    @Test
    void kernelsUntil4_19MarkNoInitCode() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x20);
        module.section(".init.text", AX, 4, 8);
        module.section("__jump_table", WA, 4, module.ints(0xc0010004, 0xa1, 0x80000001, 0xc0000004, 0xa2, 0x80000000));
        ImageBytes image = module.image(SmallModule.kernel(new KernelVersion(4, 19, 0)), BASE);
        JumpTable.finish(image, JUMPS_32, told::add);
        assertArrayEquals(
                new int[] {0xc0000004, 0xa2, 0x80000000, 0xc0010004, 0xa1, 0x80000001}, words(image, "__jump_table"));
    }

    /** Six entries of one key, as nf_tables has them, and where a live 4.9 kernel left them: the first moved behind the others. */
    @Test
    void kernelsUntil5_2LeaveEntriesOfOneKeyWhereAHeapSortPutsThem() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(".text", AX, 4, 0x20);
        int key = 0x80123450;
        module.section(
                "__jump_table",
                WA,
                4,
                module.ints(
                        0xc0000000,
                        1,
                        key,
                        0xc0000004,
                        2,
                        key,
                        0xc0000008,
                        3,
                        key, //
                        0xc000000c,
                        4,
                        key,
                        0xc0000010,
                        5,
                        key,
                        0xc0000014,
                        6,
                        key));
        ImageBytes image = module.image(SmallModule.kernel(new KernelVersion(4, 9, 0)), BASE);
        JumpTable.finish(image, JUMPS_32, told::add);
        assertArrayEquals(
                new int[] {
                    0xc0000004, 2, key, 0xc0000008, 3, key, 0xc000000c, 4, key, //
                    0xc0000010, 5, key, 0xc0000014, 6, key, 0xc0000000, 1, key
                },
                words(image, "__jump_table"));
    }

    /** By hand: keys 2 1 2 1 2 become a heap of 2 1 2 1 2 at once; then the first and the last change places, four times. */
    @Test
    void aHeapSortTakesTheFirstOfEqualChildren() {
        assertArrayEquals(new int[] {1, 3, 2, 4, 0}, HeapOrder.by(new long[] {2, 1, 2, 1, 2}));
        assertArrayEquals(new int[] {1, 2, 0}, HeapOrder.by(new long[] {-1, 0, 1}));
        assertArrayEquals(new int[0], HeapOrder.by(new long[0]));
    }

    @Test
    void withoutJumpLabelsNothingChanges() {
        ImageBytes image = jumps().image(PACKED.with(ConfigOption.JUMP_LABEL, false), BASE);
        byte[] before = image.bytes(RegionKind.CORE).clone();
        JumpTable.finish(image, JUMPS_32, told::add);
        assertArrayEquals(before, image.bytes(RegionKind.CORE));
    }

    @Test
    void selfRelativeJumpsPointWhereTheyPointed() {
        SmallModule module = new SmallModule(ElfClass.ELF64, true);
        module.section(".text", AX, 4, 0x20);
        // ..20 - 0x10 = ..10, ..24 - 0xc = ..18, ..28 + 0x18 = ..40 with branch; ..30 - 0x2c = ..04, ..34 - 0x2c =
        // ..08, ..38 + 8 = ..40
        module.section("__jump_table", WA, 8, module.ints(-0x10, -0xc, 0, 0x19, -0x2c, -0x2c, 0, 8));
        module.section(".data", WA, 8, module.words(5, 3));
        ImageBytes image = module.image(PACKED, BASE);
        JumpTable.finish(image, new TableShapes.JumpTable(4, 8, Reference.FROM_FIELD), told::add);
        // ..20 - 0x1c = ..04, ..24 - 0x1c = ..08, ..28 + 0x18 = ..40; ..30 - 0x20 = ..10, ..34 - 0x1c = ..18, ..38 + 8
        // = ..40 with branch
        assertArrayEquals(new int[] {-0x1c, -0x1c, 0, 0x18, -0x20, -0x1c, 0, 9}, words(image, "__jump_table"));
        assertArrayEquals(new int[] {0, 5, 0, 0xc0000023}, words(image, ".data"));
    }

    /** Entries of one site in the module, whose keys are null plus an offset, not aligned, and the kernel's. */
    @Test
    void aKeyThatCannotBeOneMayCrashAKernel() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(
                "__jump_table",
                WA,
                4,
                module.ints(0xc0000000, 0, 0x30, 0xc0000000, 0, 0x80100002, 0xc0000000, 0, 0x80100004));
        ImageBytes image = module.image(PACKED, BASE);
        JumpTable.finish(image, JUMPS_32, told::add);
        assertEquals(
                List.of(new Diagnostic(
                        Diagnostic.Kind.KERNEL_CRASH,
                        "small.o: section 1 (__jump_table)",
                        "entry 0: no static key is at 0x30")),
                told);
    }

    @Test
    void hostileJumpsAreToldOf() {
        SmallModule module = new SmallModule(ElfClass.ELF32, false);
        module.section(
                "__jump_table",
                WA,
                4,
                module.ints(0x10, 0, 0xc000001c, 0x20, 0, -4, 0)); // 1c: the last word of the region
        module.section(".data", WA, 4, 4);
        ImageBytes image = module.image(PACKED, BASE);
        JumpTable.finish(image, JUMPS_32, told::add);
        assertEquals(
                List.of(
                        "small.o: section 1 (__jump_table): the last 4 bytes, behind 2 entries of 12 bytes, are ignored",
                        "small.o: section 1 (__jump_table): entry 0: code at 0x10 is not in the module",
                        "small.o: section 1 (__jump_table): entry 0: 2 entries in all have code that is not in the module",
                        "small.o: section 1 (__jump_table): entry 0: key at 0xc000001c reaches beyond its region"),
                told.stream().map(Diagnostic::toString).toList());
        assertArrayEquals(new int[] {0xeeeeeeee}, words(image, ".data"));
    }

    @Test
    void orderAgreesWithTheLibrarysStableSort() {
        Random random = new Random(20240229);
        for (int count = 0; count < 70; count++) {
            long[] keys = new long[count];
            Integer[] expected = new Integer[count];
            for (int i = 0; i < count; i++) {
                keys[i] = random.nextInt(9) - 4L;
                expected[i] = i;
            }
            Arrays.sort(expected, (a, b) -> Long.compareUnsigned(keys[a], keys[b]));
            int[] order = StableOrder.by(keys, StableOrder.identity(count));
            assertArrayEquals(
                    Arrays.stream(expected).mapToInt(Integer::intValue).toArray(), order, "count " + count);
        }
    }
}
