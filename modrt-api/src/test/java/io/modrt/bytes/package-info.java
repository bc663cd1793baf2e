/** Tests of bytes. */
@NullMarked
package io.modrt.bytes;

import org.jspecify.annotations.NullMarked;
