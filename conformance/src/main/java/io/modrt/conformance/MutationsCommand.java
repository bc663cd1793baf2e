package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelProfile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code refusals TAG --random N --seed S}: random mutations of a kernel's modules, offered to that kernel and to modrt. */
final class MutationsCommand {
    private final LiveOffers offered;
    private final PrintStream out;
    private final KernelShape kernel;
    private final List<Mutations.Mutation> mutations = new ArrayList<>();

    /**
     * Draws {@code count} mutations for the kernel {@code live}.
     *
     * @param offered offers them
     */
    MutationsCommand(LiveKernel live, LiveOffers offered, int count, long seed, PrintStream out) throws IOException {
        this.offered = offered;
        this.out = out;
        List<Path> files = LoadTree.modules(live.tree());
        this.kernel = KernelShape.of(files, KernelProfile.ofConfig(live.config()));
        Mutations drawn = new Mutations(live.tree(), seed, Set.of(kernel.initOffset(), kernel.exitOffset()));
        mutations.addAll(drawn.unchanged());
        mutations.addAll(drawn.draw(count));
    }

    /** Boots and compares; whether all answers agree. */
    boolean run() throws IOException, InterruptedException {
        List<LiveOffers.Offer> offers = mutations.stream()
                .map(mutation -> new LiveOffers.Offer(mutation.name(), mutation.file(), false))
                .toList();
        LiveOffers.Answers answers = offered.answers(offers, mutations.get(0).file());
        Map<Agreement, Integer> counts = new TreeMap<>();
        for (Mutations.Mutation mutation : mutations) {
            Verdict theirs = answers.of(mutation.name());
            Verdict ours = ours(mutation, answers);
            Agreement agreement = Agreement.of(theirs, ours);
            counts.merge(agreement, 1, Integer::sum);
            out.printf("%s %-10s %s%n", mutation.name(), agreement.name().toLowerCase(Locale.ROOT), mutation.text());
            if (!agreement.isWell()) {
                out.println("  FAILED kernel " + theirs.errno() + " " + theirs.lines() + ", modrt " + ours.errno() + " "
                        + ours.lines() + ": " + ours.text());
            }
        }
        boolean isWell = counts.keySet().stream().allMatch(Agreement::isWell);
        out.println("refusals: " + mutations.size() + " mutations: " + counts);
        return isWell;
    }

    /** A runtime for each, since a kernel takes out again what it has accepted. */
    private Verdict ours(Mutations.Mutation mutation, LiveOffers.Answers answers) {
        try (ModuleRuntime runtime = kernel.runtime(answers.symbols())) {
            return Verdict.of(runtime, mutation.name(), mutation.file(), kernel);
        }
    }
}
