package io.modrt.error;

import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A relocation that cannot be applied. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RelocationException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable RelocationPlace place;

    /** The exception for {@code refusal} at {@code place}. */
    public RelocationException(RelocationPlace place, Refusal refusal) {
        super(refusal);
        this.place = Objects.requireNonNull(place, "place");
    }

    /** The relocation at fault with its numbers; empty after the exception was serialised. */
    public Optional<RelocationPlace> place() {
        return Optional.ofNullable(place);
    }
}
