/** What can go wrong, with its facts; it knows addresses and nothing else. */
@NullMarked
package io.modrt.error;

import org.jspecify.annotations.NullMarked;
