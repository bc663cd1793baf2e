package io.modrt.spi;

import org.apiguardian.api.API;

/** What a relocation computes, before it is cut to its field. S symbol, A addend, P place. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Formula {
    /** Nothing is stored: the type is a marker. */
    NONE,
    /** S + A + bias. */
    S_A,
    /** S + A - P + bias. */
    S_A_P,
    /** What {@link ArchLoad#custom} says, plus bias. */
    CUSTOM
}
