package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One AArch64 module, loaded where it does not reach the kernel, and read by objdump: each branch of the file goes to its symbol plus addend,
 * by itself or through {@code adrp, add, br} in the PLT section of its part of the module. No code of modrt's reads an instruction here.
 */
final class AArch64FarCalls {
    private static final Pattern BRANCH = Pattern.compile("(bl?) 0x([0-9a-f]+)");
    private static final Pattern ADRP = Pattern.compile("adrp x16, 0x([0-9a-f]+)");
    private static final Pattern ADD = Pattern.compile("add x16, x16, #0x([0-9a-f]+)");
    private static final String BR = "br x16";
    /** A bit of an offset: 256 bytes. */
    private static final int SPOILT = 4;

    /**
     * What came of it.
     *
     * @param near branches that reach by themselves
     * @param far branches that go through a PLT
     * @param faults what is not as it should be
     */
    record Outcome(int near, int far, List<String> faults) {}

    private final ModuleFile file;
    private final Path folder;
    private final Setting setting;
    private final List<String> faults = new ArrayList<>();
    private int near;
    private int far;

    AArch64FarCalls(ModuleFile file, Path folder, Addresses addresses) {
        this.file = file;
        this.folder = folder;
        this.setting = new Setting(file, addresses);
    }

    /** Follows all branches. */
    Outcome run(KernelProfile profile) {
        return run(profile, 0);
    }

    /** The same with the first entry of {@code .plt} 256 bytes off: a run that must have faults. */
    Outcome runSpoilt(KernelProfile profile) {
        return run(profile, SPOILT);
    }

    private Outcome run(KernelProfile profile, int spoilt) {
        return setting.placed(profile, placed -> {
            AArch64Listing listing = new AArch64Listing(placed.resolve().relocate(), setting, folder, spoilt);
            for (AArch64Reference branch : AArch64Reference.branches(file, placed, setting.externals())) {
                String fault = follow(branch, listing);
                if (!fault.isEmpty()) {
                    faults.add("the branch at " + Address.of(branch.place()) + " to " + Address.of(branch.goal()) + ": "
                            + fault);
                }
            }
            return new Outcome(near, far, LdComparison.shortened(faults));
        });
    }

    /** What is wrong; empty where it goes right. */
    private String follow(AArch64Reference branch, AArch64Listing listing) {
        String instruction = listing.at(branch.place());
        Matcher matcher = BRANCH.matcher(instruction);
        if (!matcher.matches() || !matcher.group(1).equals(branch.instruction())) {
            return "objdump reads " + instruction;
        }
        long target = Long.parseUnsignedLong(matcher.group(2), 16);
        if (target == branch.goal()) {
            near++;
            return "";
        }
        far++;
        Optional<Long> through = through(target, listing);
        if (!listing.isInPlt(target, branch.isInit()) || through.isEmpty()) {
            return "it goes to " + Address.of(target) + ", which is no entry of its PLT";
        }
        return through.get() == branch.goal() ? "" : "the PLT leads to " + Address.of(through.get());
    }

    /** Where an entry of a PLT leads; empty for anything else. */
    private static Optional<Long> through(long entry, AArch64Listing listing) {
        Matcher adrp = ADRP.matcher(listing.at(entry));
        Matcher add = ADD.matcher(listing.at(entry + 4));
        boolean isEntry = adrp.matches() && add.matches() && BR.equals(listing.at(entry + 8));
        return isEntry
                ? Optional.of(Long.parseUnsignedLong(adrp.group(1), 16) + Long.parseUnsignedLong(add.group(1), 16))
                : Optional.empty();
    }
}
