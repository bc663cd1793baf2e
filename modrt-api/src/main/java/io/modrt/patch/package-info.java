/** What may change after loading: words of code, each with what must be there before. */
@NullMarked
package io.modrt.patch;

import org.jspecify.annotations.NullMarked;
