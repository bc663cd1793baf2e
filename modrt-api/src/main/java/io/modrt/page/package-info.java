/** What the HTML pages of several packages share: one style, and the escape of names from files. Not exported. */
@NullMarked
package io.modrt.page;

import org.jspecify.annotations.NullMarked;
