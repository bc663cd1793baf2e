/** Builders, fakes, faults, contracts and assertions for tests. */
@NullMarked
package io.modrt.testkit;

import org.jspecify.annotations.NullMarked;
