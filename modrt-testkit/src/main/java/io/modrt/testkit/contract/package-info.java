/**
 * What every architecture must pass: {@link io.modrt.testkit.contract.ArchContract}, which a subclass in the architecture's tests runs
 * with modules, and with words that an independent linker ({@link io.modrt.testkit.contract.LinkerWords}) and assembler
 * ({@link io.modrt.testkit.contract.AssemblerWords}) made. {@link io.modrt.testkit.contract.MutantsContract} shows that those are
 * enough: it makes an architecture wrong in one way after the other, and each must be found.
 */
@NullMarked
package io.modrt.testkit.contract;

import org.jspecify.annotations.NullMarked;
