package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One AArch64 module, loaded for a machine with erratum 843419 and read by objdump: no {@code adrp} lies in the last two words of a page; what
 * was one there is an {@code adr} of the page's start, or goes through {@code adrp, add, b} in the PLT section of its part of the module. No
 * code of modrt's reads an instruction here.
 */
final class AArch64Veneers {
    private static final Pattern ADRP = Pattern.compile("adrp x(\\d+), 0x([0-9a-f]+)");
    private static final Pattern ADR = Pattern.compile("adr x(\\d+), 0x([0-9a-f]+)");
    private static final Pattern B = Pattern.compile("b 0x([0-9a-f]+)");
    private static final int LAST_TWO_WORDS = 0xff8;

    /**
     * What came of it.
     *
     * @param stayed how many {@code adrp} stayed
     * @param near how many became {@code adr}
     * @param veneers how many go through a veneer
     * @param faults what is not as it should be
     */
    record Outcome(int stayed, int near, int veneers, List<String> faults) {}

    private final ModuleFile file;
    private final Path folder;
    private final Setting setting;
    private int stayed;
    private int near;
    private int veneers;

    AArch64Veneers(ModuleFile file, Path folder, Addresses addresses) {
        this.file = file;
        this.folder = folder;
        this.setting = new Setting(file, addresses);
    }

    /** Follows all references to pages; the profile's machine has the erratum. */
    Outcome run(KernelProfile profile) {
        return setting.placed(profile, placed -> {
            AArch64Listing listing = new AArch64Listing(placed.resolve().relocate(), setting, folder, 0);
            List<String> faults = new ArrayList<>();
            for (AArch64Reference reference : AArch64Reference.pages(file, placed, setting.externals())) {
                if (!isRight(reference, listing)) {
                    faults.add("the page of " + Address.of(reference.goal()) + " at " + Address.of(reference.place())
                            + ": objdump reads " + listing.at(reference.place()));
                }
            }
            return new Outcome(stayed, near, veneers, LdComparison.shortened(faults));
        });
    }

    private boolean isRight(AArch64Reference reference, AArch64Listing listing) {
        long place = reference.place();
        String register = Integer.toString(reference.before() & 31);
        long page = reference.goal() & -0x1000L;
        String instruction = listing.at(place);
        if (!isUnsafe(place)) {
            stayed++;
            return says(ADRP, instruction, register, page);
        }
        Matcher branch = B.matcher(instruction);
        if (!branch.matches()) {
            near++;
            return says(ADR, instruction, register, page);
        }
        veneers++;
        long veneer = Long.parseUnsignedLong(branch.group(1), 16);
        return listing.isInPlt(veneer, reference.isInit())
                && !isUnsafe(veneer)
                && says(ADRP, listing.at(veneer), register, page)
                && listing.at(veneer + 4).equals("add x%s, x%s, #0x0".formatted(register, register))
                && listing.at(veneer + 8).equals("b 0x%x".formatted(place + 4));
    }

    private static boolean isUnsafe(long place) {
        return (place & 0xfff) >= LAST_TWO_WORDS;
    }

    private static boolean says(Pattern form, String instruction, String register, long address) {
        Matcher matcher = form.matcher(instruction);
        return matcher.matches()
                && matcher.group(1).equals(register)
                && Long.parseUnsignedLong(matcher.group(2), 16) == address;
    }
}
