/** What an architecture says. */
@NullMarked
package io.modrt.spi;

import org.jspecify.annotations.NullMarked;
