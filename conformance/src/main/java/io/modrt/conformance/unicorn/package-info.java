/**
 * Functions of real modules, run where modrt has put them: in Unicorn, an emulator of processors, and in the live kernel itself, to compare the
 * results. Needs Debian's {@code libunicorn2}.
 */
@NullMarked
package io.modrt.conformance.unicorn;

import org.jspecify.annotations.NullMarked;
