/** What an address is; no other package of modrt is known here. */
@NullMarked
package io.modrt.address;

import org.jspecify.annotations.NullMarked;
