package io.modrt.conformance;

import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Offers modules to a live kernel: writes them and a plan, boots as often as it takes, and reads the answers. */
final class LiveOffers {
    /** Any oops ends the boot at once, so that it is known which module caused it. */
    private static final String FAIL_FAST = "oops=panic panic=-1";

    /** The longest silence of a kernel that does not hang. */
    private static final String STALLED_SECONDS = "60";

    private final LiveKernel live;
    private final Path capture;
    private final Path folder;

    /**
     * For the kernel {@code live}.
     *
     * @param capture the script that boots it
     * @param folder for what is written for the boots and by them; its files are deleted
     */
    LiveOffers(LiveKernel live, Path capture, Path folder) {
        this.live = live;
        this.capture = capture;
        this.folder = folder.toAbsolutePath();
    }

    /**
     * A module to offer.
     *
     * @param name its file's name without {@code .ko}
     * @param stays whether it is loaded for those behind it; any other is taken out again
     */
    record Offer(String name, byte[] file, boolean stays) {}

    /**
     * The kernel's answers.
     *
     * @param verdicts by the names of the offers; one that was not offered is missing
     * @param symbols the kernel's exports
     */
    record Answers(Map<String, Verdict> verdicts, KernelSymbols symbols) {

        /** The answer to the offer of this name. */
        Verdict of(String name) {
            return verdicts.getOrDefault(name, Verdict.none());
        }
    }

    /**
     * Boots the kernel and returns its answers. After a crash it is booted again, with the modules behind the one that caused it.
     *
     * @param first a sound module of this kernel, which tells byte order and class
     * @throws IOException if the kernel does not come up
     */
    Answers answers(List<Offer> offers, byte[] first) throws IOException, InterruptedException {
        ProcessBuilder boots = new ProcessBuilder(
                        capture.toString(),
                        live.tag(),
                        folder.toString(),
                        "--plan",
                        write(offers).toString())
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        boots.environment().merge("MODRT_BOOT_ARGUMENTS", FAIL_FAST, (given, own) -> own + " " + given);
        boots.environment().putIfAbsent("MODRT_STALLED_SECONDS", STALLED_SECONDS);
        boots.environment().put("MODRT_KERNEL_ONCE", "yes");
        int status = boots.start().waitFor();
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        boolean crashed = false;
        for (int boot = 1; Files.exists(folder.resolve(boot + ".dump")); boot++) {
            KernelDump dump = KernelDump.read(folder.resolve(boot + ".dump"));
            verdicts.putAll(LiveAnswers.of(dump.answers()));
            crashed |= dump.fell().isPresent();
            dump.fell().ifPresent(step -> verdicts.put(nameOf(step), Verdict.crash()));
        }
        long missing = offers.stream()
                .filter(offer -> !verdicts.containsKey(offer.name()))
                .count();
        if (missing > 0 || (status != 0 && !crashed)) {
            throw new IOException(live.tag() + " was not captured: " + capture.getFileName() + " ended with " + status
                    + ", without an answer to " + missing + " of " + offers.size() + " modules");
        }
        Path shared = folder.resolve("kernel.dump");
        KernelDump dump = KernelDump.read(Files.exists(shared) ? shared : folder.resolve("1.dump"));
        return new Answers(verdicts, new DumpedKernel(dump, ModuleFile.open(first), live.tree()).symbols());
    }

    /** The offer of a step such as {@code refuse /folder/name.ko}. */
    private static String nameOf(String step) {
        String file = step.substring(step.lastIndexOf('/') + 1);
        return file.replaceFirst("\\.ko.*", "");
    }

    private Path write(List<Offer> offers) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> old = Files.list(folder)) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        StringBuilder plan = new StringBuilder();
        for (Offer offer : offers) {
            Path file = Files.write(folder.resolve(offer.name() + ".ko"), offer.file());
            plan.append(offer.stays() ? "insert " : "refuse ").append(file).append('\n');
        }
        return Files.writeString(folder.resolve("plan"), plan);
    }
}
