/** Tests of the tools for ports. */
@NullMarked
package io.modrt.testkit.port;

import org.jspecify.annotations.NullMarked;
