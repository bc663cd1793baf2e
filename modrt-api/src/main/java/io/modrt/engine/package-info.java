/** The loader itself. Not exported. */
@NullMarked
package io.modrt.engine;

import org.jspecify.annotations.NullMarked;
