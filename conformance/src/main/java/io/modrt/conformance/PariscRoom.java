package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.link.Reach;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Stub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Prints the room for a module's stubs under each policy, and how near its branches are to their limits, with a kernel at its real address. */
final class PariscRoom {
    private final Path tree;
    private final ModuleFile file;

    PariscRoom(Path tree, ModuleFile file) {
        this.tree = tree;
        this.file = file;
    }

    /** Prints a line for each policy, and one for the branch and the branch to a stub that are nearest to their limits. */
    List<String> lines() throws IOException {
        KernelProfile profile = LoadTree.profile(tree, file);
        Path map =
                tree.resolve("../../../boot/System.map-" + tree.getFileName()).normalize();
        List<String> lines = new ArrayList<>();
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(KernelSymbols.systemMap(map).or(KernelSymbols.synthetic()))
                .build()) {
            for (StubPolicy stubs : StubPolicy.values()) {
                LoadPolicy policy = LoadPolicy.kernelExact().stubs(stubs);
                try (PlacedModule placed = runtime.plan(file, policy).place()) {
                    long reserved = reserved(placed);
                    RelocatedModule relocated = placed.resolve().relocate();
                    lines.add("%s, %s, %s: %d bytes reserved for stubs, %d used by %d stubs"
                            .formatted(
                                    tree.getFileName(),
                                    file.name(),
                                    stubs,
                                    reserved,
                                    used(relocated.stubs()),
                                    relocated.stubs().size()));
                    if (stubs == StubPolicy.KERNEL_EXACT) {
                        nearest(relocated, false, lines);
                        nearest(relocated, true, lines);
                    }
                }
            }
        }
        return lines;
    }

    private long reserved(PlacedModule placed) {
        ArchPlan plan = placed.archPlan();
        return file.elf().sections().stream()
                .filter(section -> placed.region(section).isPresent())
                .mapToLong(section -> plan.frontBytes(section) + plan.behindBytes(section))
                .sum();
    }

    private static long used(List<Stub> stubs) {
        return stubs.stream().mapToLong(stub -> stub.template().sizeBytes()).sum();
    }

    private void nearest(RelocatedModule relocated, boolean toStub, List<String> lines) {
        relocated.reach().nearest().stream()
                .filter(reach -> reach.toStub() == toStub)
                .min(Comparator.comparingLong(Reach::headroomBytes))
                .ifPresent(reach -> lines.add("%s, %s, nearest: %s".formatted(tree.getFileName(), file.name(), reach)));
    }
}
