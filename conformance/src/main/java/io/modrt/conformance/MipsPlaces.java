package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import java.util.EnumMap;
import java.util.Map;

/**
 * The addresses of a module's regions and, out of reach of its calls, of what it calls.
 *
 * @param name says how far apart they are
 * @param machine a machine that has these addresses
 * @param core the address of the module's core region
 * @param init that of its init region
 * @param mcount that of {@code _mcount}
 * @param tracer that of another tracer
 * @param printk that of {@code _printk}
 */
record MipsPlaces(
        String name, MipsMachine machine, Address core, Address init, Address mcount, Address tracer, Address printk) {
    /** XORed to a {@code lui}, makes its address one at which nothing is mapped: in KSEG3, or far from a program. */
    static final int MISS = 0x6000;

    /** Distance from the start of the core region to the init region. */
    private static final long INIT_DISTANCE = 0x40_0000L;
    /** Distance from {@code _mcount} to the tracer; the lower half of one of their addresses carries. */
    private static final long TRACER_DISTANCE = 0x1_8000L;

    /** Addresses of a program, all within reach of {@code lui} and a lower half. */
    static MipsPlaces near() {
        return program("near", 0x1000_9ff0L, 0x1004_bffcL);
    }

    /** Addresses of a program, beyond 32 bits. */
    static MipsPlaces anywhere() {
        return program("anywhere", 0x12_3456_9ff0L, 0x12_9678_bffcL);
    }

    private static MipsPlaces program(String name, long mcount, long printk) {
        return of(name, new UserMachine(), 0x4000_0000L, mcount, printk);
    }

    /** The addresses of the kernel that {@code run kernel mips} builds, release 6.1.192: modules in KSEG2, the kernel in KSEG0. */
    static MipsPlaces kernel(Target target) {
        return kernel(target, Address.of(target.address(0x8011_3020)));
    }

    /** The addresses of a kernel with another {@code _mcount}. */
    static MipsPlaces kernel(Target target, Address mcount) {
        return of(
                "kernel", new MaltaMachine(), target.address(0xc000_0000), mcount.value(), target.address(0x808b_7a60));
    }

    private static MipsPlaces of(String name, MipsMachine machine, long core, long mcount, long printk) {
        return new MipsPlaces(
                name,
                machine,
                Address.of(core),
                Address.of(core + INIT_DISTANCE),
                Address.of(mcount),
                Address.of(mcount + TRACER_DISTANCE),
                Address.of(printk));
    }

    /** The placement that loads the module at these addresses. */
    Placement placement() {
        return Placement.regions(new EnumMap<>(Map.of(RegionKind.CORE, core, RegionKind.INIT, init)));
    }
}
