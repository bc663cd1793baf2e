package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.testkit.ElfImageWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A module's regions, the routines that they call, and calls of the module's functions. The routines count in {@code $16}, which functions
 * save. The outcome is the final value of {@code $16} plus the result of the last function.
 *
 * @param target the module's
 * @param functions the functions to call in turn, with null pointers
 * @param routines the words of routines, by address
 * @param image the module's regions
 */
record MipsProgram(Target target, List<Address> functions, Map<Address, int[]> routines, Words image) {

    /** Takes a module's regions from the runtime's memory. */
    static Words image(Target target, ModuleRuntime runtime, LiveModule module) {
        Words image = new Words(target.isBigEndian(), target.is64Bit());
        for (RegionKind kind : List.of(RegionKind.CORE, RegionKind.INIT)) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
            runtime.memory().read(range.start(), bytes, 0, bytes.length);
            image.add(0, kind.name(), range.start().value(), kind.isInit(), bytes);
        }
        return image;
    }

    /** Writes the routines, and the regions at the addresses to which {@code place} maps theirs. */
    void write(ElfImageWriter to, UnaryOperator<Address> place) {
        routines.forEach(to::code);
        for (Words.Placed region : image.sections()) {
            to.segment(place.apply(Address.of(region.address())), region.bytes().array());
        }
    }

    /** Calls the functions, on a stack that grows down from {@code stack}, and leaves the outcome in {@code $16}. */
    List<Integer> calls(Address stack) {
        List<Integer> words = new ArrayList<>(List.of(
                0x3c1d_0000 | upper(stack), //      lui   $29,stack
                0x37bd_0000 | lower(stack), //      ori   $29,$29,stack
                0x0000_8025)); //                   or    $16,$0,$0
        for (Address function : functions) {
            words.addAll(List.of(
                    0x3c19_0000 | upper(function), // lui   $25,function
                    0x3739_0000 | lower(function), // ori   $25,$25,function
                    0x0320_f809, //                   jalr  $25
                    0x0000_2025)); //                 or    $4,$0,$0
        }
        words.add(0x0202_8021); //                  addu  $16,$16,$2
        return words;
    }

    /** A routine that counts and, like the kernel's {@code _mcount}, undoes the push in o32's delay slot and restores {@code ra}. */
    static int[] tracer(Target target, int counts) {
        return new int[] {
            0x2610_0000 | counts, //               addiu $16,$16,counts
            target.is64Bit() ? 0 : 0x27bd_0008, // addiu $29,$29,8
            jumpToCaller(target),
            0x0020_f825, //                        or    $31,$1,$0
        };
    }

    /** A routine that counts and returns a number. */
    static int[] function(Target target, int counts, int returns) {
        return new int[] {
            0x2610_0000 | counts, // addiu $16,$16,counts
            jumpToCaller(target),
            0x2402_0000 | returns, // addiu $2,$0,returns
        };
    }

    private static int jumpToCaller(Target target) {
        return target.isR6() ? 0x03e0_0009 : 0x03e0_0008; // jr $31, which release 6 writes jalr $0,$31
    }

    private static int upper(Address address) {
        return (int) (address.value() >> 16) & 0xffff;
    }

    private static int lower(Address address) {
        return (int) address.value() & 0xffff;
    }
}
