/**
 * Assertions about modules and kernels that read as sentences and fail with facts. {@link io.modrt.testkit.assertions.ModrtAssertions} is the
 * way in:
 *
 * <pre>{@code
 *   assertThat(module).holds("greet+0x8", 0x0c002000);
 *   assertThat(module).callAt("greet+0x8").arrivesAt("printk").throughStub();
 *   assertThat(module).differsOnlyAt("greet+0x8");
 *   assertThatLoading(file).failsWith(UnresolvedSymbolsException.class).withErrno(Errno.ENOENT);
 *   assertThat(kernel).hasNoModules().leaksNoMemory();
 * }</pre>
 *
 * <p>A place in a module is written as {@code .text+0x8} (section and distance), {@code greet+0x8} (symbol and distance) or {@code 0xc0000008}
 * (address). If a section and a symbol have one name, the section is meant.
 */
@NullMarked
package io.modrt.testkit.assertions;

import org.jspecify.annotations.NullMarked;
