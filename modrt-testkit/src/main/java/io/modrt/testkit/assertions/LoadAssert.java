package io.modrt.testkit.assertions;

import io.modrt.ModuleRuntime;
import io.modrt.error.ModrtException;
import io.modrt.layout.Placement;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Assertions about how a load ends. Each assertion loads anew. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LoadAssert {
    private final @Nullable Function<LoadPolicy, ModuleFile> file;
    private final @Nullable Runnable call;
    private @Nullable ModuleRuntime runtime;
    private @Nullable FakeKernel kernel;
    private LoadPolicy policy = LoadPolicy.kernelExact();
    private String parameters = "";

    LoadAssert(Function<LoadPolicy, ModuleFile> file) {
        this.file = file;
        this.call = null;
    }

    LoadAssert(Runnable call) {
        this.file = null;
        this.call = call;
    }

    /** Loads it into this runtime; a module that is loaded stays there. */
    public LoadAssert on(ModuleRuntime target) {
        runtime = target;
        kernel = null;
        return this;
    }

    /** Loads it into this kernel; a module that is loaded stays there. */
    public LoadAssert on(FakeKernel target) {
        runtime = target.runtime();
        kernel = target;
        return this;
    }

    /** Loads it by this policy, which also decides what the file is checked for. */
    public LoadAssert under(LoadPolicy loadPolicy) {
        policy = loadPolicy;
        return this;
    }

    /** Loads it with values for its parameters. */
    public LoadAssert with(String moduleParameters) {
        parameters = moduleParameters;
        return this;
    }

    /** Asserts that the module is loaded, and goes on with it. */
    public ModuleAssert succeeds() {
        Attempt attempt = attempt();
        if (attempt.failure != null) {
            throw new AssertionError(
                    "expected to be loaded, but was refused: " + facts(attempt.failure), attempt.failure);
        }
        if (attempt.module == null) {
            throw new IllegalStateException("a call gives no module; assertThat(runtime).hasModule has it");
        }
        return new ModuleAssert(ModuleView.of(attempt.module));
    }

    /** Asserts that the load, or the call, is refused with an exception of this kind, and goes on with that. */
    public <E extends ModrtException> RefusalAssert<E> failsWith(Class<E> kind) {
        Attempt attempt = attempt();
        if (attempt.failure == null) {
            throw Texts.failure(
                    "expected a " + kind.getSimpleName() + ", but "
                            + Optional.ofNullable(attempt.module)
                                    .map(module -> module + " was loaded")
                                    .orElse("nothing was refused")
                            + diagnostics(attempt.module),
                    kind.getSimpleName(),
                    "no refusal");
        }
        if (!kind.isInstance(attempt.failure)) {
            AssertionError wrong = Texts.failure(
                    "expected a " + kind.getSimpleName() + ", but was " + facts(attempt.failure),
                    kind.getSimpleName(),
                    attempt.failure.getClass().getSimpleName());
            wrong.initCause(attempt.failure);
            throw wrong;
        }
        return new RefusalAssert<>(kind.cast(attempt.failure), attempt.changes);
    }

    /** A refusal with all that it says. */
    static String facts(ModrtException refused) {
        return refused.getClass().getSimpleName() + " with " + refused.errno()
                + (refused.beyondKernel() ? ", which only modrt checks" : "") + "\n  message: " + refused.getMessage()
                + refused.kernelMessage()
                        .map(line -> "\n  kernel message: " + line)
                        .orElse("\n  no kernel message");
    }

    private static String diagnostics(@Nullable LiveModule module) {
        if (module == null || module.diagnostics().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("; the load let this pass:");
        module.diagnostics().forEach(passed -> text.append("\n  ").append(passed));
        return text.toString();
    }

    /** What a load came to: a module or a refusal, and what it changed of a kernel for tests. */
    private record Attempt(
            @Nullable LiveModule module, @Nullable ModrtException failure, List<String> changes) {}

    private Attempt attempt() {
        FakeKernel watched = kernel;
        FakeKernel.State before = watched == null ? null : watched.state();
        LiveModule module = null;
        ModrtException failure = null;
        try {
            module = run();
        } catch (ModrtException refused) {
            failure = refused;
        }
        List<String> changes =
                watched == null || before == null ? new ArrayList<>() : StateChanges.between(before, watched.state());
        return new Attempt(module, failure, changes);
    }

    private @Nullable LiveModule run() {
        if (file == null) {
            if (call != null) {
                call.run();
            }
            return null;
        }
        ModuleRuntime target = runtime == null ? FakeKernel.builder().build().runtime() : runtime;
        return target.load(file.apply(policy), Placement.allocated(), policy, parameters);
    }
}
