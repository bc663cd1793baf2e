package io.modrt.load;

import java.util.Optional;
import org.apiguardian.api.API;

/**
 * What became of one module of many that were loaded together.
 *
 * @param name the module's name
 * @param module the module, if it is loaded
 * @param refusal why it is not: a {@link io.modrt.error.ModrtException}, or a {@link java.io.UncheckedIOException} if its file cannot be read
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LoadOutcome(String name, Optional<LiveModule> module, Optional<RuntimeException> refusal) {

    /** The outcome of a module that is loaded. */
    public static LoadOutcome loaded(String name, LiveModule module) {
        return new LoadOutcome(name, Optional.of(module), Optional.empty());
    }

    /** The outcome of a module that was refused. */
    public static LoadOutcome refused(String name, RuntimeException refusal) {
        return new LoadOutcome(name, Optional.empty(), Optional.of(refusal));
    }
}
