package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where a module lies, and, out of reach of its calls, what it calls.
 *
 * @param name says how far
 * @param machine what has these addresses
 * @param core the address of the module's core region
 * @param init that of its init region
 * @param mcount that of {@code _mcount}
 * @param tracer that of another tracer
 * @param printk that of {@code _printk}
 */
record MipsPlaces(
        String name, MipsMachine machine, Address core, Address init, Address mcount, Address tracer, Address printk) {
    /** Spoils a {@code lui}: what led to KSEG0 leads to KSEG3, and what led to a program, far away from it; nothing is mapped there. */
    static final int MISS = 0x6000;

    /** For the init region, after the core region's start. */
    private static final long INIT_DISTANCE = 0x40_0000L;
    /** From {@code _mcount}; the lower half of one of the two carries. */
    private static final long TRACER_DISTANCE = 0x1_8000L;

    /** A program's, within what {@code lui} and a lower half reach. */
    static MipsPlaces near() {
        return program("near", 0x1000_9ff0L, 0x1004_bffcL);
    }

    /** A program's, beyond 32 bits. */
    static MipsPlaces anywhere() {
        return program("anywhere", 0x12_3456_9ff0L, 0x12_9678_bffcL);
    }

    private static MipsPlaces program(String name, long mcount, long printk) {
        return of(name, new UserMachine(), 0x4000_0000L, mcount, printk);
    }

    /** Those of the kernel that {@code run kernel mips} builds, release 6.1.192, its modules in KSEG2 and itself in KSEG0. */
    static MipsPlaces kernel(Target target) {
        return kernel(target, Address.of(target.address(0x8011_3020)));
    }

    /** Those of a kernel whose {@code _mcount} is elsewhere. */
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

    /** To load the module there. */
    Placement placement() {
        return Placement.regions(new EnumMap<>(Map.of(RegionKind.CORE, core, RegionKind.INIT, init)));
    }
}
