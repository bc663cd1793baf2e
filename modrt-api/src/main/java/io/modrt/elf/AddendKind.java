package io.modrt.elf;

import org.apiguardian.api.API;

/** Where a relocation section keeps its addends. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum AddendKind {
    /** In the relocated place: SHT_REL. */
    IN_PLACE,
    /** In the relocation: SHT_RELA. */
    EXPLICIT
}
