package io.modrt.conformance;

import io.modrt.error.ModrtException;
import io.modrt.layout.Region;
import io.modrt.load.LiveModule;
import io.modrt.policy.Diagnostic;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The outcome for one module of a tree.
 *
 * @param tree the tree
 * @param file the module's file, relative to the tree's folder
 * @param name the module's name, or the file's if it could not be read
 * @param outcome {@code live}, or the name of the exception and, of a refusal, its errno
 * @param facts further columns of the report, in their order
 * @param relocations the number of relocations in its loaded sections, by type
 */
record LoadResult(
        Path tree,
        String file,
        String name,
        String outcome,
        Map<String, Object> facts,
        Map<String, Integer> relocations) {

    /** The outcome of a module that is loaded. */
    static final String LIVE = "live";

    /** The outcome of a module that was loaded, taken before its init memory is dropped. */
    static LoadResult live(Path tree, String file, LiveModule module, Map<String, Integer> relocations) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(
                "sections",
                module.file().elf().sections().stream()
                        .filter(section -> module.placed().address(section).isPresent())
                        .count());
        Map<String, Long> regions = new LinkedHashMap<>();
        for (Region region : module.placed().plan().regions()) {
            regions.put(region.kind().name().toLowerCase(java.util.Locale.ROOT), region.sizeBytes());
        }
        facts.put("regions", regions);
        facts.put("stubs", module.stubs().size());
        facts.put(
                "diagnostics",
                module.diagnostics().stream().map(Diagnostic::toString).toList());
        return new LoadResult(tree, file, module.name(), LIVE, facts, relocations);
    }

    /** The outcome of a module that was not loaded. */
    static LoadResult failed(Path tree, String file, String name, Throwable failure) {
        Map<String, Object> facts = new LinkedHashMap<>();
        String outcome = failure.getClass().getSimpleName();
        facts.put("error", failure.getMessage() == null ? failure.toString() : failure.getMessage());
        if (failure instanceof ModrtException refused) {
            outcome += " " + refused.errno();
            facts.put("errno", refused.errno().name());
            facts.put("beyondKernel", refused.beyondKernel());
        } else if (failure.getStackTrace().length > 0) {
            facts.put("at", failure.getStackTrace()[0].toString());
        }
        return new LoadResult(tree, file, name, outcome, facts, Map.of());
    }

    /** The same module with the outcome of a failure. */
    LoadResult failedAfterAll(String why, String error) {
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put("error", error);
        return new LoadResult(tree, file, name, why, more, relocations);
    }

    /** Whether it is loaded. */
    boolean isLive() {
        return outcome.equals(LIVE);
    }

    /** The number of all relocations in its loaded sections. */
    int relocationCount() {
        return relocations.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Its line of the report. */
    String toJson() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("tree", tree);
        line.put("file", file);
        line.put("outcome", outcome);
        line.put("relocations", new TreeMap<>(relocations));
        line.putAll(facts);
        return Json.of(line);
    }
}
