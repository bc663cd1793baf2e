/** What the engine promises whatever the architecture, tried with the one that it knows nothing of. */
@NullMarked
package io.modrt.testkit.engine;

import org.jspecify.annotations.NullMarked;
