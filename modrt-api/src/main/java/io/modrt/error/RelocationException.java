package io.modrt.error;

import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A relocation that cannot be applied. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RelocationException extends ModrtException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable RelocationSite site;

    /** The exception for {@code refusal} at {@code site}. */
    public RelocationException(RelocationSite site, Refusal refusal) {
        super(refusal);
        this.site = Objects.requireNonNull(site, "site");
    }

    /** The relocation at fault with its numbers; empty after the exception was serialised. */
    public Optional<RelocationSite> site() {
        return Optional.ofNullable(site);
    }
}
