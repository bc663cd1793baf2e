package io.modrt.image;

import io.modrt.address.Address;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Something that is not as the kernel leaves it.
 *
 * @param kind what it is
 * @param module the module in which it is; empty for the kernel
 * @param place where it is; empty if at no single place
 * @param where the same by section or structure and symbol
 * @param target where it leads, if it leads somewhere: a symbol, a module, or nowhere; may be empty
 * @param text what is wrong, in words
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Finding(Kind kind, String module, Optional<Address> place, String where, String target, String text) {

    /** What a finding is about. */
    public enum Kind {
        /** A module is not on the kernel's list. */
        HIDDEN,
        /** The kernel's list of modules is damaged. */
        LIST,
        /** Code was changed, and now branches elsewhere. */
        BRANCH,
        /** Code was changed. */
        CODE,
        /** A call site of the function tracer is in none of its forms. */
        TRACING,
        /** Functions are traced, by a tracer of the kernel's or of a module's. */
        TRACER,
        /** Functions are traced by code that is neither the kernel's nor a module's on its list, or by nobody that the kernel knows. */
        FOREIGN_TRACER,
        /** A kprobe, whose handler is the kernel's or a module's. */
        KPROBE,
        /** A kprobe whose handler is neither the kernel's nor a module's on its list. */
        FOREIGN_KPROBE,
        /** A static branch is in none of its forms. */
        STATIC_BRANCH,
        /** A pointer in memory that nobody writes to was changed. */
        POINTER,
        /** A pointer to code in writable data now leads elsewhere. */
        DATA_POINTER,
        /** An export has another address. */
        EXPORT,
        /** The symbols of a module, or of the kernel, that kallsyms shows were changed. */
        SYMBOLS,
        /** Bytes were put where the module has none. */
        PADDING,
        /** Data that nobody writes to was changed. */
        DATA,
        /** The {@code struct module} does not say what the module is. */
        STRUCT_MODULE,
        /** A parameter has another value than in the file. */
        PARAMETER,
        /** Memory that the module's initialisation had is another's now. */
        REUSED
    }

    /**
     * Whether nothing in an untouched kernel looks so: true for {@link Kind#HIDDEN}, {@link Kind#LIST}, {@link Kind#BRANCH}, {@link Kind#CODE},
     * {@link Kind#TRACING}, {@link Kind#FOREIGN_TRACER}, {@link Kind#FOREIGN_KPROBE}, {@link Kind#STATIC_BRANCH}, {@link Kind#POINTER},
     * {@link Kind#DATA_POINTER}, {@link Kind#EXPORT}, {@link Kind#SYMBOLS}, {@link Kind#PADDING}, {@link Kind#DATA} and
     * {@link Kind#STRUCT_MODULE}. The others, {@link Kind#TRACER}, {@link Kind#KPROBE}, {@link Kind#PARAMETER} and {@link Kind#REUSED}, are
     * worth knowing, and happen.
     */
    public boolean isAlarm() {
        return switch (kind) {
            case PARAMETER, REUSED, TRACER, KPROBE -> false;
            default -> true;
        };
    }

    /** For example {@code HIDDEN hid struct module at 0xc0004140: the module is not on the kernel's list}. */
    @Override
    public String toString() {
        return kind + (module.isEmpty() ? "" : " " + module) + (where.isEmpty() ? "" : " " + where)
                + place.map(address -> " at " + address).orElse("") + ": " + text
                + (target.isEmpty() ? "" : "; leads to " + target);
    }
}
