/** Changes of code after loading: what must be there before, what is there afterwards, and the forms that a place may take. */
@NullMarked
package io.modrt.patch;

import org.jspecify.annotations.NullMarked;
