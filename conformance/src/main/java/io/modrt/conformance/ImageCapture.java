package io.modrt.conformance;

import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Takes the image of a machine whose kernel has loaded modules, taken them out and loaded them again, in random order. */
final class ImageCapture {
    private static final int MODULES = 60;
    /** Modules that wait for ever for their machine when they are taken out are called so. */
    private static final String WAITS = "speakup";

    private static final int AT_A_TIME = 4;
    /** Enough for a machine's modules, and what an image of a small machine has. */
    private static final String MEGABYTES = "512";
    /** A machine of this architecture has no more memory in one piece. */
    private static final String MEGABYTES_MALTA = "256";

    private final String tag;
    private final Path capture;
    private final Path folder;
    private final LiveKernel kernel;

    ImageCapture(LiveKernel kernel, Path capture, Path folder) {
        this.kernel = kernel;
        this.tag = kernel.tag();
        this.capture = capture;
        this.folder = folder;
    }

    /** Takes the image, unless there is one and no new one is wanted. */
    void take(long seed, boolean isNew) throws IOException, InterruptedException {
        if (!isNew && Files.exists(folder.resolve("memory.raw"))) {
            return;
        }
        List<String> names = new ArrayList<>(names("--choice"));
        List<String> others = new ArrayList<>(names("--modules"));
        others.removeIf(name -> names.contains(name) || name.startsWith(WAITS));
        Collections.shuffle(others, new Random(seed));
        names.addAll(others.subList(0, Math.min(others.size(), Math.max(0, MODULES - names.size()))));
        Files.createDirectories(folder);
        Path plan = folder.resolve("plan");
        List<String> steps = plan(names, seed);
        steps.addAll(new ImageHooks(ModuleTree.open(kernel.tree()), names, seed).steps());
        // why: what the guest says of the modules before one of them is hidden
        steps.add("list");
        steps.add("offer " + HidingModule.of(kernel).write(folder.toAbsolutePath()));
        steps.add("image");
        Files.write(plan, steps);
        ProcessBuilder process =
                new ProcessBuilder(capture.toString(), tag, folder.toString(), "--plan", plan.toString()).inheritIO();
        process.environment()
                .put("MODRT_QEMU_ARGUMENTS", "-m " + (tag.startsWith("mips") ? MEGABYTES_MALTA : MEGABYTES));
        if (process.start().waitFor() != 0 || !Files.exists(folder.resolve("memory.raw"))) {
            throw new IOException(tag + " was not captured; the console's text is in " + folder);
        }
    }

    private List<String> names(String which) throws IOException, InterruptedException {
        return LiveCommand.text(List.of(capture.toString(), tag, which)).lines().toList();
    }

    static List<String> plan(List<String> choice, long seed) {
        Random random = new Random(seed);
        List<String> names = new ArrayList<>(choice);
        Collections.sort(names);
        Collections.shuffle(names, random);
        names = names.subList(0, Math.min(MODULES, names.size()));
        List<String> steps = new ArrayList<>();
        names.forEach(name -> steps.add("insert " + name));
        List<String> again = new ArrayList<>(names);
        Collections.shuffle(again, random);
        for (int at = 0; at < again.size(); at += AT_A_TIME) {
            List<String> some = new ArrayList<>(again.subList(at, Math.min(at + AT_A_TIME, again.size())));
            some.forEach(name -> steps.add("remove " + name));
            Collections.shuffle(some, random);
            some.forEach(name -> steps.add("insert " + name));
        }
        return steps;
    }
}
