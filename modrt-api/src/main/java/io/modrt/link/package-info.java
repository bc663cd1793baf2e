/** What each symbol is, and what each relocation did. */
@NullMarked
package io.modrt.link;

import org.jspecify.annotations.NullMarked;
