package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.conformance.AArch64Finish.Machine;
import io.modrt.conformance.AArch64Finish.Tracing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sections of a few words, with what a kernel makes of them written out by hand; instructions are GNU as's. */
class AArch64FinishTest {
    private static final long TEXT = 0xffff_8000_0012_3000L;
    private static final long TABLE = 0xffff_8000_0012_8000L;
    private static final int NOP = 0xd503_201f;
    private static final int MOV_X9_X30 = 0xaa1e_03e9;
    private static final int RET = 0xd65f_03c0;
    private static final Map<String, Long> KERNEL = Map.of(
            "ftrace_caller", 0xffff_8000_0801_2344L,
            "ftrace_regs_caller", 0xffff_7fff_f800_0ffcL,
            "ftrace_nop_ops", 0xffff_8000_0900_1230L,
            "alt_cb_patch_nops", 0xffff_8000_0802_c4e4L);

    private final Words words = new Words(false, true);

    private static byte[] bytes(ByteOrder order, int... contents) {
        ByteBuffer bytes = ByteBuffer.allocate(contents.length * Integer.BYTES).order(order);
        for (int word : contents) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    private void add(String name, long address, int... contents) {
        words.add(0, name, address, name.startsWith(".init"), bytes(ByteOrder.LITTLE_ENDIAN, contents));
    }

    private void finish(Tracing tracing, Machine machine) {
        new AArch64Finish(words, Target.AARCH64, tracing, machine, KERNEL).apply();
    }

    private String contents(String name) {
        ByteBuffer bytes = words.section(name).orElseThrow().bytes();
        return IntStream.range(0, bytes.capacity() / Integer.BYTES)
                .mapToObj(i -> "%08x".formatted(bytes.getInt(i * Integer.BYTES)))
                .collect(Collectors.joining(" "));
    }

    @Test
    void functionsKeepTheirReturnAddressAndTheTableIsSorted() {
        add(".text", TEXT, NOP, NOP, RET, NOP, NOP, RET);
        add("__patchable_function_entries", TABLE, 0x12_300c, 0xffff_8000, 0x12_3000, 0xffff_8000);

        finish(Tracing.TWO_NOPS, Machine.UNKNOWN);

        assertEquals("aa1e03e9 d503201f d65f03c0 aa1e03e9 d503201f d65f03c0", contents(".text"));
        assertEquals("00123000 ffff8000 0012300c ffff8000", contents("__patchable_function_entries"));
    }

    @Test
    void aFunctionWithoutItsNopsIsAnError() {
        add(".text", TEXT, RET);
        add("__patchable_function_entries", TABLE, 0x12_3000, 0xffff_8000);

        assertThrows(IllegalStateException.class, () -> finish(Tracing.TWO_NOPS, Machine.UNKNOWN));
    }

    /** The second entry is not aligned: the kernel leaves it alone. */
    @Test
    void theDoublewordInFrontOfAFunctionSaysThatNobodyTracesIt() {
        add(".text", TEXT, NOP, NOP, NOP, NOP, NOP, NOP);
        add("__patchable_function_entries", TABLE, 0x12_3000, 0xffff_8000, 0x12_3004, 0xffff_8000);

        finish(Tracing.CALL_OPS, Machine.UNKNOWN);

        assertEquals("09001230 ffff8000 aa1e03e9 d503201f d503201f d503201f", contents(".text"));
    }

    /** adrp x16, 0xffff800008012000; add x16, x16, #0x344; br x16, and the same with the page -0x8123 pages away, and #0xffc. */
    @Test
    void trampolinesLeadToTheTracersOfTheKernel() {
        add(".text.ftrace_trampoline", TEXT, 0, 0, 0, 0, 0, 0);

        finish(Tracing.TWO_NOPS, Machine.UNKNOWN);

        assertEquals("f003f770 910d1210 d61f0200 b0fbf6f0 913ff210 d61f0200", contents(".text.ftrace_trampoline"));
    }

    @Test
    void aNewKernelHasOneTrampolineInEachPart() {
        add(".text.ftrace_trampoline", TEXT, 0, 0, 0);
        add(".init.text.ftrace_trampoline", TEXT + 0x1000, 0, 0, 0);

        finish(Tracing.CALL_OPS, Machine.UNKNOWN);

        assertEquals("f003f770 910d1210 d61f0200", contents(".text.ftrace_trampoline"));
        assertEquals("d003f770 910d1210 d61f0200", contents(".init.text.ftrace_trampoline"));
    }

    /** Two entries: {code, fixup, type and data}; the first to the second instruction. */
    @Test
    void exceptionsAreSortedAndCountFromTheirNewPlaces() {
        add(".text", TEXT, RET, RET);
        add("__ex_table", TABLE, -0x4ffc, -0x5000, 0x11, -0x500c, -0x5010, 0x22);

        finish(Tracing.TWO_NOPS, Machine.UNKNOWN);

        assertEquals("ffffb000 ffffaffc 00000022 ffffaff8 ffffaff4 00000011", contents("__ex_table"));
    }

    /**
     * The first entry is for capability 26: three words, a branch to TEXT + 0x30, one within the replacement, and an adrp of TEXT + 0x2000. The
     * others are for every machine: a call of {@code alt_cb_patch_nops}, and one of a function that is not known.
     */
    @ParameterizedTest
    @CsvSource({
        "UNKNOWN, d65f03c0 d65f03c0 d65f03c0 d503201f d65f03c0",
        "CAPABLE, 1400000c 14000001 d0000001 d503201f d65f03c0",
    })
    void alternativesAreTakenWhereTheMachineIsCapable(Machine machine, String expected) {
        add(".text", TEXT, RET, RET, RET, RET, RET);
        add(".text.unlikely", TEXT + 0x1010, 0x17ff_fc08, 0x1400_0001, 0xb000_0001);
        int toNops = (int) (0xffff_8000_0802_c4e4L - TABLE - 0x10);
        add(
                ".altinstructions",
                TABLE,
                -0x5000,
                -0x3ff4,
                0x0c0c_001a,
                -0x5000,
                toNops,
                0x0004_8001,
                -0x5008,
                toNops,
                0x0004_8001);

        finish(Tracing.TWO_NOPS, machine);

        assertEquals(expected, contents(".text"));
    }

    /** Each at TEXT + 0x1010 and then at TEXT, to TEXT + 0x30. */
    @ParameterizedTest
    @CsvSource({
        "97fffc08, 9400000c", // bl
        "54ff8100, 54000180", // b.eq
        "b4ff8103, b4000183", // cbz x3
        "371f8105, 37180185", // tbnz w5, #3
    })
    void branchesOutOfAReplacementKeepTheirTargets(String from, String to) {
        add(".text", TEXT, RET);
        add(".text.unlikely", TEXT + 0x1010, Integer.parseUnsignedInt(from, 16));
        add(".altinstructions", TABLE, -0x5000, -0x3ff4, 0x0404_0001);

        finish(Tracing.TWO_NOPS, Machine.UNKNOWN);

        assertEquals(to, contents(".text"));
    }

    /** Data of a big-endian kernel, whose instructions are little-endian. */
    @Test
    void codeOfABigEndianKernelIsLittleEndian() {
        Words big = new Words(true, true);
        big.add(0, ".text", TEXT, false, bytes(ByteOrder.LITTLE_ENDIAN, NOP, NOP, RET));
        big.add(0, "__patchable_function_entries", TABLE, false, bytes(ByteOrder.BIG_ENDIAN, 0xffff_8000, 0x12_3000));

        new AArch64Finish(big, Target.AARCH64_BE, Tracing.TWO_NOPS, Machine.UNKNOWN, KERNEL).apply();

        assertEquals(
                HexFormat.of().formatHex(bytes(ByteOrder.LITTLE_ENDIAN, MOV_X9_X30, NOP, RET)),
                HexFormat.of()
                        .formatHex(big.section(".text").orElseThrow().bytes().array()));
    }
}
