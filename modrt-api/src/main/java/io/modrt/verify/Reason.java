package io.modrt.verify;

import io.modrt.patch.PatchSite;
import org.apiguardian.api.API;

/** What {@link Verification} says of one word of memory. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Reason {
    /** As the file and its relocations have it. */
    EQUAL("equal"),
    /** As a later step of loading has it: a sorted table, an alternative, the symbols that stay. */
    FINISHED("finished"),
    /** At a {@link PatchSite}, in one of its forms. */
    SITE("site"),
    /** Writable data that has not changed. */
    DATA("data"),
    /** Writable data that has another value now. */
    CHANGED_DATA("changed data"),
    /** What the kernel itself keeps in a section of the module. */
    KERNEL_WRITTEN("kernel's own"),
    /** What the reader of memory does not have. */
    UNREADABLE("unreadable"),
    /** Memory that was freed after initialisation. */
    GONE("gone"),
    /** Another value, for which there is no reason. */
    UNEXPLAINED("unexplained");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** In words, for tables. */
    @Override
    public String toString() {
        return text;
    }
}
