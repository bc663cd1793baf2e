package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.load.LiveModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A runtime with some modules of a tree in it: xfs, and others that are spread over the tree. */
final class LiveModules implements AutoCloseable {
    private final ModuleRuntime runtime;
    private final LiveModule largest;

    private LiveModules(ModuleRuntime runtime, LiveModule largest) {
        this.runtime = runtime;
        this.largest = largest;
    }

    /** Loads {@code module} and {@code others} more of those that {@code list} names. */
    static LiveModules load(Path module, Path list, Path exports, int others) throws IOException {
        ModuleRuntime runtime = Exports.runtime(exports);
        LiveModule largest = runtime.load(module);
        for (Path other : spread(Files.readAllLines(list), module, others)) {
            runtime.load(other);
        }
        return new LiveModules(runtime, largest);
    }

    /** The paths of {@code count} lines, equally far from each other, without {@code except}. */
    static List<Path> spread(List<String> lines, Path except, int count) {
        List<Path> candidates = new ArrayList<>(lines.stream().map(Path::of).toList());
        candidates.remove(except);
        int wanted = Math.min(count, candidates.size());
        List<Path> chosen = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            chosen.add(candidates.get((int) ((long) i * candidates.size() / wanted)));
        }
        return chosen;
    }

    ModuleRuntime runtime() {
        return runtime;
    }

    LiveModule largest() {
        return largest;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
