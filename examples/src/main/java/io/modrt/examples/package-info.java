/** The main job in one program. */
@NullMarked
package io.modrt.examples;

import org.jspecify.annotations.NullMarked;
