/** Words of byte arrays in either byte order, for the packages of this module. Not exported. */
@NullMarked
package io.modrt.bytes;

import org.jspecify.annotations.NullMarked;
