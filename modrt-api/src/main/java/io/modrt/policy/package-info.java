/**
 * How a load departs from what the kernel does, and how it reports that.
 *
 * <p>By default a load does exactly what the kernel of the profile does: it refuses what the kernel refuses, bridges branches with the
 * kernel's stubs, and either succeeds or changes nothing. Every departure has a name in {@link LoadPolicy}: a {@link io.modrt.error.Rule}
 * of the kernel that is relaxed; a {@link StubPolicy} other than the kernel's; trampolines for tracers; strictness about what the kernel
 * truncates or ignores silently; best effort, for broken files and plain objects.
 *
 * <p>Nothing is silent: what a load lets pass, by its policy or because the kernel does, it reports as a {@link Diagnostic}.
 */
@NullMarked
package io.modrt.policy;

import org.jspecify.annotations.NullMarked;
