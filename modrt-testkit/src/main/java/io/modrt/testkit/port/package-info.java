/**
 * Tools for whoever writes an architecture, beside the contract in {@link io.modrt.testkit.contract}:
 * {@link io.modrt.testkit.port.LinkerComparison} compares a module's bytes with those that GNU ld makes of it, and writes ld's bytes down
 * as words for the contract; {@link io.modrt.testkit.port.TreeLoad} loads all modules of a distribution's kernel and sorts the failures by
 * their kind.
 */
@NullMarked
package io.modrt.testkit.port;

import org.jspecify.annotations.NullMarked;
