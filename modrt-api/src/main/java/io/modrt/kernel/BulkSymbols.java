package io.modrt.kernel;

import org.apiguardian.api.API;

/** A source that has a faster way to answer many names than one after the other: a table in memory, or one question to a server. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface BulkSymbols extends KernelSymbols {

    /** Answers each open name of {@code query} of which this source has a symbol, with the one that {@link #find} would return. */
    void answer(SymbolQuery query);
}
