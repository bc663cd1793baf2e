/** What an address is, and who owns the bytes behind it. */
@NullMarked
package io.modrt.memory;

import org.jspecify.annotations.NullMarked;
