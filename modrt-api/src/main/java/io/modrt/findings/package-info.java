/** What a load lets pass, and what its policy refuses: the one place that decides. Not exported. */
@NullMarked
package io.modrt.findings;

import org.jspecify.annotations.NullMarked;
