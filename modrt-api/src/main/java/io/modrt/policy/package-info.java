/** How a load departs from what the kernel does, and what it tells of that. */
@NullMarked
package io.modrt.policy;

import org.jspecify.annotations.NullMarked;
