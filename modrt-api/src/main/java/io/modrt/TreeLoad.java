package io.modrt;

import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadOutcome;
import io.modrt.tree.ModuleGraph;
import io.modrt.tree.ModuleTree;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One load of many modules of a tree, on several threads. A module is begun when those that come before it in the graph are done, whether
 * they were loaded or refused; of several such modules the first in the load order is begun.
 */
final class TreeLoad {
    private static final int NONE = -1;

    private final ModuleRuntime kernel;
    private final ModuleTree tree;
    private final int threads;
    private final Consumer<? super LoadOutcome> told;
    private final ModuleGraph graph;
    private final List<String> order;
    /** For each module, by its number in the load order, the numbers of those that wait for it. */
    private final List<List<Integer>> waiting = new ArrayList<>();

    private final Map<String, Integer> numbers = new HashMap<>();
    private final @Nullable LoadOutcome[] outcomes;

    // Guarded by this.
    private final int[] awaited;
    private final Queue<Integer> ready = new PriorityQueue<>();
    private int unfinished;
    private @Nullable Throwable failure;

    TreeLoad(
            ModuleRuntime kernel,
            ModuleTree tree,
            Collection<String> names,
            int threads,
            Consumer<? super LoadOutcome> told) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads load nothing");
        }
        this.graph = Objects.requireNonNull(tree, "tree").withThreads(threads).graph();
        this.threads = threads;
        this.kernel = kernel;
        this.tree = tree;
        this.told = Objects.requireNonNull(told, "told");
        this.order = graph.loadOrder(Objects.requireNonNull(names, "names"));
        this.outcomes = new @Nullable LoadOutcome[order.size()];
        this.awaited = new int[order.size()];
        this.unfinished = order.size();
        for (int i = 0; i < order.size(); i++) {
            // why: of modules that need each other, one comes before all that it needs are done
            for (String before : graph.before(order.get(i))) {
                Integer number = numbers.get(before);
                if (number != null) {
                    waiting.get(number).add(i);
                    awaited[i]++;
                }
            }
            numbers.put(order.get(i), i);
            waiting.add(new ArrayList<>());
            if (awaited[i] == 0) {
                ready.add(i);
            }
        }
    }

    /**
     * Runs the load on its threads, this one among them, and returns the outcomes in the load order.
     *
     * @param isCallback whether this thread holds the runtime's lock, so that other threads would wait for it while it waits for them
     */
    List<LoadOutcome> run(boolean isCallback) {
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < threads && !isCallback; i++) {
            Thread other = new Thread(this::work, "modrt load " + i);
            other.setDaemon(true);
            others.add(other);
            other.start();
        }
        work();
        others.forEach(TreeLoad::join);
        rethrow();
        return Arrays.stream(outcomes).map(Objects::requireNonNull).toList();
    }

    /** Waits for a thread to end; an interrupt does not end the wait, and stays. */
    private static void join(Thread other) {
        boolean isInterrupted = false;
        while (other.isAlive()) {
            try {
                other.join();
            } catch (InterruptedException interrupted) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            for (int number = next(NONE); number != NONE; number = next(number)) {
                LoadOutcome outcome = load(number);
                outcomes[number] = outcome;
                told.accept(outcome);
            }
        } catch (RuntimeException | Error unexpected) {
            end(unexpected);
        }
    }

    private LoadOutcome load(int number) {
        String name = order.get(number);
        Optional<LiveModule> present = kernel.module(name);
        if (present.isPresent()) {
            return LoadOutcome.loaded(name, present.get());
        }
        for (String need : graph.needs(name)) {
            Optional<RuntimeException> refused = refusal(need, number);
            if (refused.isPresent()) { // why: modprobe gives up too, and made-up symbols must not stand for its exports
                return LoadOutcome.refused(
                        name,
                        new StateException(Refusal.of(Errno.ENOENT, "needs " + need + ", which was refused")
                                .at(name)
                                .because(refused.get())));
            }
        }
        try {
            Path file = tree.file(name)
                    .orElseThrow(() -> new UncheckedIOException(
                            new NoSuchFileException(tree.folder().toString(), null, "has no file of module " + name)));
            return LoadOutcome.loaded(name, kernel.load(file));
        } catch (ModrtException | UncheckedIOException refused) {
            return LoadOutcome.refused(name, refused);
        }
    }

    /** Why {@code module} was refused, if it was and comes before that of this number. */
    private Optional<RuntimeException> refusal(String module, int number) {
        Integer other = numbers.get(module);
        return other == null || other > number
                ? Optional.empty()
                : Objects.requireNonNull(outcomes[other]).refusal();
    }

    /** The module to load after {@code done}, or {@link #NONE} if no more are to be begun. Waits while all that are left wait for others. */
    private synchronized int next(int done) {
        if (done != NONE) {
            unfinished--;
            for (int user : waiting.get(done)) {
                if (--awaited[user] == 0) {
                    ready.add(user);
                }
            }
            if (ready.size() > 1 || unfinished == 0) {
                notifyAll();
            }
        }
        while (ready.isEmpty() && unfinished > 0 && failure == null) {
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw interrupted();
            }
        }
        if (unfinished > 0 && Thread.currentThread().isInterrupted()) { // why: an interrupted thread cannot read files
            throw interrupted();
        }
        Integer next = failure == null ? ready.poll() : null;
        return next == null ? NONE : next;
    }

    private static UncheckedIOException interrupted() {
        return new UncheckedIOException(new InterruptedIOException("interrupted while modules were loaded"));
    }

    /** Ends the load after an exception that is none of a module's refusal. */
    private synchronized void end(Throwable unexpected) {
        if (failure == null) {
            failure = unexpected;
        } else if (failure != unexpected) {
            failure.addSuppressed(unexpected);
        }
        notifyAll();
    }

    private synchronized void rethrow() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
