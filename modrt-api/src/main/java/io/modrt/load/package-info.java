/** The phases of a load as types: planned, placed, resolved, relocated, live; each has one way on. */
@NullMarked
package io.modrt.load;

import org.jspecify.annotations.NullMarked;
