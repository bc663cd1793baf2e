package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.testkit.ElfImageWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Malta board in QEMU without a kernel, for programs at a kernel's addresses: routines are in KSEG0, which is not mapped, and regions in the
 * first 8 MB of KSEG2, where a wired entry of the TLB maps two pages of 4 MB to frames in the opposite order. The outcome comes through the
 * serial line; after an exception it is {@link #EXCEPTION}.
 */
final class MaltaMachine implements MipsMachine {
    /** The outcome if an exception was raised. */
    static final int EXCEPTION = -1;

    private static final int KSEG0 = 0x8000_0000;
    private static final int KSEG2 = 0xc000_0000;
    /** The address at which kernels begin. */
    private static final int START = KSEG0 + 0x10_0000;

    private static final int STACK = KSEG0 + 0x8000;
    /** The exception vectors: for a TLB refill, for one with 64-bit addresses, for all others. */
    private static final int[] VECTORS = {0, 0x80, 0x180};

    private static final int REPORT = 0x200;
    private static final int PAGE_BYTES = 4 << 20;
    /** The physical address of both frames, which is a multiple of their size. */
    private static final int FRAMES = 16 << 20;

    private static final int PAGE_MASK = PAGE_BYTES * 2 - 1 & ~0x1fff;
    /** The low bits of EntryLo: cacheable, dirty, valid, global. */
    private static final int USABLE = 3 << 3 | 1 << 2 | 1 << 1 | 1;

    private static final Pattern OUTCOME = Pattern.compile("[0-9a-f]{8}");

    @Override
    public int run(MipsProgram program, Path folder) {
        Target target = program.target();
        Address start = Address.of(target.address(START));
        ElfImageWriter image = ElfImageWriter.of(target.elf())
                .code(Address.of(target.address(KSEG0)), vectors())
                .code(start, start(program))
                .entry(start);
        program.write(image, address -> frame(address, target));
        Path file = folder.resolve("image");
        try {
            Files.write(file, image.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(target.qemuSystem(), "-M", "malta", "-cpu", target.cpu()));
        command.addAll(List.of("-m", "32", "-display", "none", "-vga", "none", "-nic", "none", "-monitor", "none"));
        command.addAll(List.of("-no-reboot", "-serial", "stdio", "-kernel", file.toString()));
        Tool.Result result = Tool.run(folder, command);
        Matcher outcome = OUTCOME.matcher(result.text());
        if (result.status() != 0 || !outcome.matches()) {
            throw new IllegalStateException(
                    command.get(0) + " ended with " + result.status() + " and said " + result.text());
        }
        return Integer.parseUnsignedInt(result.text(), 16);
    }

    /** The address in KSEG0 of the memory that an address of KSEG2 maps to. */
    private static Address frame(Address address, Target target) {
        long offset = address.value() - target.address(KSEG2);
        if (offset < 0 || offset >= 2L * PAGE_BYTES) {
            throw new IllegalArgumentException(address + " is not mapped");
        }
        return Address.of(target.address(KSEG0 + FRAMES + ((int) offset ^ PAGE_BYTES)));
    }

    private static int[] start(MipsProgram program) {
        boolean is64Bit = program.target().is64Bit();
        List<Integer> words = new ArrayList<>();
        words.addAll(load(is64Bit ? 0x80 : 0)); // $8 := KX or 0
        words.add(0x4088_6000); // mtc0  $8,Status: leaves the boot state
        words.addAll(load(PAGE_MASK));
        words.add(0x4088_2800); // mtc0  $8,PageMask
        words.addAll(load(KSEG2));
        words.add(is64Bit ? 0x40a8_5000 : 0x4088_5000); // dmtc0 $8,EntryHi or mtc0 $8,EntryHi
        words.addAll(load(entryLo(PAGE_BYTES)));
        words.add(0x4088_1000); // mtc0  $8,EntryLo0
        words.addAll(load(entryLo(0)));
        words.add(0x4088_1800); // mtc0  $8,EntryLo1
        words.addAll(load(1));
        words.add(0x4088_3000); // mtc0  $8,Wired
        words.add(0x4080_0000); // mtc0  $0,Index
        words.addAll(List.of(0x0000_00c0, 0x4200_0002, 0x0000_00c0)); // ehb; tlbwi; ehb
        words.addAll(program.calls(Address.of(program.target().address(STACK))));
        words.addAll(List.of(jumpToReport(), 0));
        return words.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The instructions that put a value into {@code $8}. */
    private static List<Integer> load(int value) {
        return List.of(
                0x3c08_0000 | value >>> 16, //    lui   $8,value
                0x3508_0000 | value & 0xffff); // ori   $8,$8,value
    }

    private static int entryLo(int frameOffset) {
        return FRAMES + frameOffset >> 12 << 6 | USABLE;
    }

    private static int jumpToReport() {
        return 0x0800_0000 | REPORT >> 2; // j REPORT
    }

    /** The code at the start of KSEG0. */
    private static int[] vectors() {
        int[] report = report();
        int[] words = new int[REPORT / Integer.BYTES + report.length];
        for (int vector : VECTORS) {
            words[vector / Integer.BYTES] = jumpToReport();
            words[vector / Integer.BYTES + 1] = 0x2410_0000 | EXCEPTION & 0xffff; // addiu $16,$0,EXCEPTION
        }
        System.arraycopy(report, 0, words, REPORT / Integer.BYTES, report.length);
        return words;
    }

    /** Writes {@code $16} to the serial line, in 8 hexadecimal digits, and resets the board, which ends QEMU. */
    private static int[] report() {
        return new int[] {
            0x3c08_b800, //    lui   $8,0xb800: the ports of the ISA bus in KSEG1, which is neither mapped nor cached
            0x3409_001c, //    ori   $9,$0,28
            0x910b_03fd, // 1: lbu   $11,0x3fd($8): the line status of the first serial port
            0x316b_0020, //    andi  $11,$11,0x20: ready for a character
            0x1160_fffd, //    beq   $11,$0,1b
            0x0130_5006, //    srlv  $10,$16,$9
            0x314a_000f, //    andi  $10,$10,15
            0x2d4b_000a, //    sltiu $11,$10,10
            0x1560_0002, //    bne   $11,$0,2f
            0x254a_0030, //    addiu $10,$10,'0'
            0x254a_0027, //    addiu $10,$10,'a'-'0'-10
            0xa10a_03f8, // 2: sb    $10,0x3f8($8)
            0x1520_fff5, //    bne   $9,$0,1b
            0x2529_fffc, //    addiu $9,$9,-4
            0x3c08_bf00, //    lui   $8,0xbf00: the board's registers
            0x3409_0042, //    ori   $9,$0,0x42: the word for a reset
            0xad09_0500, //    sw    $9,0x500($8): SOFTRES
            0x1000_ffff, // 3: beq   $0,$0,3b
            0,
        };
    }
}
