package io.modrt.verify;

import io.modrt.patch.PatchSite;
import org.apiguardian.api.API;

/**
 * What {@link Verification} says of one word of memory. Where the bytes of a word have different reasons, the word is unexplained if one of
 * them is; otherwise it counts as a site if a site has part of it, and then by the bytes that changed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Reason {
    /** The word is as the file and its relocations make it. */
    EQUAL("equal"),
    /** The word is as a later step of loading makes it: a sorted table, an alternative, the symbols that stay. */
    FINISHED("finished"),
    /** The word belongs to a {@link PatchSite} that is in one of its forms. */
    SITE("site"),
    /** Writable data that has its first value. */
    DATA("data"),
    /** Writable data that has changed since. */
    CHANGED_DATA("changed data"),
    /** The kernel has written something of its own into a section of the module. */
    KERNEL_WRITTEN("kernel's own"),
    /** The reader of memory does not have the word. */
    UNREADABLE("unreadable"),
    /** The kernel freed the memory after initialisation. */
    GONE("gone"),
    /** The word has another value, for which no reason is known. */
    UNEXPLAINED("unexplained");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** The reason in words, for tables. */
    @Override
    public String toString() {
        return text;
    }
}
