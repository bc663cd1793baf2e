package io.modrt.version;

import org.apiguardian.api.API;

/**
 * A change of the kernel that decides how it loads modules: a constant of an enum that reads as a history. {@link LoaderChange} has those of
 * the loader, and each architecture may have an enum of its own. Vendors take changes over from later kernels, so a profile can
 * {@linkplain io.modrt.kernel.KernelProfile#with(KernelChange, boolean) state} one against its version.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface KernelChange {

    /** The name of the constant. */
    String name();

    /** The versions of mainline and stable kernels that have it. */
    Span span();
}
