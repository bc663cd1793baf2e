/** Which kernel it is: its generation, its configuration, its machine, its symbols. */
@NullMarked
package io.modrt.kernel;

import org.jspecify.annotations.NullMarked;
