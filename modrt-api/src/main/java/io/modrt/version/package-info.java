/**
 * When kernels changed. {@link io.modrt.version.LoaderChange} is the history of the module loader, one line a change; architectures have
 * such histories of their own. Nothing else compares version numbers: whoever wants to know what a kernel does asks its profile whether it
 * {@linkplain io.modrt.kernel.KernelProfile#has(io.modrt.version.KernelChange) has} a change.
 */
@NullMarked
package io.modrt.version;

import org.jspecify.annotations.NullMarked;
