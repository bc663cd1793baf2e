/** What may change after loading. */
@NullMarked
package io.modrt.patch;

import org.jspecify.annotations.NullMarked;
