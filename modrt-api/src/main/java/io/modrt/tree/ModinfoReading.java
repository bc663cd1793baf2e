package io.modrt.tree;

import io.modrt.error.ModrtException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Reads what the modules of a tree say they need, on one thread or several. */
final class ModinfoReading {

    /**
     * What a module says, or the exception that tells why it could not be read.
     *
     * @param depends the modules that it needs; empty if it does not say so
     * @param softdeps its soft dependencies
     */
    record Answer(Optional<List<String>> depends, List<String> softdeps, Optional<RuntimeException> failure) {}

    private final List<Path> files;
    private final DoubleConsumer progress;
    private final AtomicInteger next = new AtomicInteger();
    private final @Nullable Answer[] answers;

    ModinfoReading(Collection<Path> files, DoubleConsumer progress) {
        this.files = List.copyOf(files);
        this.progress = progress;
        this.answers = new @Nullable Answer[files.size()];
    }

    /**
     * The answer of each module, in the order of the files.
     *
     * @throws UncheckedIOException if the thread is interrupted before or while it waits for others
     */
    List<Answer> run(int threads) {
        if (threads == 1) {
            readAll();
        } else {
            readAll(threads);
        }
        return Arrays.stream(answers).map(Objects::requireNonNull).toList();
    }

    private void readAll(int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            if (Thread.interrupted()) { // why: the others may be done before this thread waits for them
                throw new InterruptedException();
            }
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(() -> {
                    readAll();
                    return null;
                });
            }
            for (Future<Void> task : pool.invokeAll(tasks)) {
                task.get();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while modules were read"));
        } catch (ExecutionException slip) { // why: only the listener of the progress raises anything there
            if (slip.getCause() instanceof RuntimeException raised) {
                throw raised;
            }
            throw new IllegalStateException(slip.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private void readAll() {
        for (int i = next.getAndIncrement(); i < answers.length; i = next.getAndIncrement()) {
            synchronized (progress) {
                progress.accept((double) i / answers.length);
            }
            answers[i] = read(files.get(i));
        }
    }

    private static Answer read(Path file) {
        try {
            Modinfo info = Modinfo.read(file);
            return new Answer(info.depends(), info.all("softdep"), Optional.empty());
        } catch (ModrtException | UncheckedIOException failure) {
            return new Answer(Optional.empty(), List.of(), Optional.of(failure));
        }
    }
}
