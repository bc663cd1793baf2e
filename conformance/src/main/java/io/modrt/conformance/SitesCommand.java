package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.spi.SiteKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code sites TREE…}: counts the call sites of the function tracer in all modules of each tree, by their form. */
final class SitesCommand {
    /** The most sites of unknown form that are printed. */
    private static final int UNKNOWN_SHOWN = 20;

    private final List<Path> trees;
    private final PrintStream out;
    private int unknown;
    private int notOff;

    SitesCommand(List<Path> trees, PrintStream out) {
        this.trees = trees;
        this.out = out;
    }

    /** Runs the command; returns whether every module was loaded, and every site has a known form and is off. */
    boolean run() throws IOException {
        long sites = 0;
        long failed = 0;
        for (Path tree : trees) {
            Map<String, Integer> kinds = new TreeMap<>();
            List<Path> paths = LoadTree.modules(tree);
            try (Progress progress = Progress.of("sites")) {
                progress.expect(paths.size());
                List<LoadResult> results = new LoadTree(
                                tree,
                                result -> progress.add(result.isLive()),
                                runtime -> runtime.listen(new Count(runtime, kinds)))
                        .load(paths);
                failed += results.stream().filter(result -> !result.isLive()).count();
            }
            out.printf("%s: %d modules%n", tree.getFileName(), paths.size());
            kinds.forEach((kind, count) -> out.printf("  %-32s %8d%n", kind, count));
            sites += kinds.values().stream().mapToLong(Integer::longValue).sum();
        }
        out.printf(
                "conformance: %d call sites, %d of no known form, %d not off, %d modules failed%n",
                sites, unknown, notOff, failed);
        return sites > 0 && unknown + notOff + failed == 0;
    }

    /** Counts the sites of each module when it becomes live, including those of its init code. */
    private final class Count implements ModuleListener {
        private final Ftrace ftrace;
        private final Map<String, Integer> kinds;

        Count(ModuleRuntime runtime, Map<String, Integer> kinds) {
            this.ftrace = Ftrace.attach(runtime);
            this.kinds = kinds;
        }

        @Override
        public void live(LiveModule module) {
            for (CallSite site : ftrace.sites(module)) {
                kinds.merge(site.kind().map(SiteKind::description).orElse("unknown"), 1, Integer::sum);
                if (site.kind().isEmpty() && unknown++ < UNKNOWN_SHOWN) {
                    out.println("unknown: " + site);
                }
                notOff += site.state() == CallSite.State.OFF ? 0 : 1;
            }
        }
    }
}
