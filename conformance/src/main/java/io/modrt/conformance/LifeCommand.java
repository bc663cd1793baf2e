package io.modrt.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code life TAG}: a drawn sequence of insertions and removals in a live kernel and in modrt; after each step user space reads the same. */
final class LifeCommand {
    private final LiveKernel live;
    private final Path capture;
    private final Path folder;
    private final PrintStream out;

    /**
     * For the kernel {@code live}.
     *
     * @param capture the script that boots it
     * @param folder for the plan and what the boot writes
     */
    LifeCommand(LiveKernel live, Path capture, Path folder, PrintStream out) {
        this.live = live;
        this.capture = capture;
        this.folder = folder.toAbsolutePath();
        this.out = out;
    }

    /** Draws a plan, boots the kernel and compares; whether nothing differs. */
    boolean run(int steps, long seed) throws IOException, InterruptedException {
        LifePlan plan = LifePlan.draw(live.tree(), steps, seed);
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve("life.plan"), plan.text());
        Path boot = folder.resolve("boot");
        int status = Boolean.getBoolean("modrt.reuse")
                ? 0
                : new ProcessBuilder(capture.toString(), live.tag(), boot.toString(), "--plan", file.toString())
                        .inheritIO()
                        .start()
                        .waitFor();
        if (status != 0) {
            out.println("life: " + live.tag() + " was not captured; the console's text is in " + boot);
            return false;
        }
        KernelDump dump = KernelDump.read(boot.resolve("1.dump"));
        Path shared = boot.resolve("kernel.dump");
        DumpedKernel kernel = new DumpedKernel(
                Files.exists(shared) ? KernelDump.read(shared) : dump,
                plan.module(plan.steps().get(0).module()),
                live.tree());
        LifeReplay replay = new LifeReplay(
                kernel.profile(live.tree(), plan.module(plan.steps().get(0).module()), dump), kernel.symbols(), plan);
        List<LifeState> states = LifeState.of(dump.steps());
        for (int i = 0; i < Math.min(states.size(), plan.steps().size()); i++) {
            replay.step(i, plan.steps().get(i), states.get(i));
        }
        replay.faults().stream().limit(100).forEach(out::println);
        out.println("life: " + live.tag() + ", seed " + seed + ": " + states.size() + " steps of " + steps + ", "
                + replay.refused() + " refused by the kernel, " + replay.files() + " texts compared, differences "
                + replay.faults().size());
        return replay.faults().isEmpty() && states.size() == steps;
    }
}
