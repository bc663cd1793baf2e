/**
 * What the tests of projects that use modrt need.
 *
 * <ul>
 *   <li>Files: {@link io.modrt.testkit.KernelModuleBuilder} makes a module in a few lines, {@link io.modrt.testkit.ElfBuilder} any
 *       object file, {@link io.modrt.testkit.ElfEdit} breaks one in a named way, {@link io.modrt.testkit.FileTrees} holds them in
 *       memory as a system keeps them, {@link io.modrt.testkit.ElfImageWriter} makes a program of loaded code.
 *   <li>Fakes: {@link io.modrt.testkit.FakeMemory} and {@link io.modrt.testkit.FakeAllocator} remember what was done to them and
 *       fail where they are told to.
 *       {@link io.modrt.testkit.FakeKernel} is a runtime made of them; package {@code io.modrt.testkit.junit} gives one to each test.
 *   <li>Assertions about all that are in package {@code io.modrt.testkit.assertions}.
 *   <li>{@link io.modrt.testkit.DryLoad} goes as far as a module's final bytes, {@link io.modrt.testkit.KernelImageBuilder} makes the memory of
 *       a whole small kernel, {@link io.modrt.testkit.RandomModules} draws modules from a seed.
 *   <li>{@link io.modrt.testkit.BundledModules} are compiled modules, with what a linker makes of them.
 * </ul>
 */
@NullMarked
package io.modrt.testkit;

import org.jspecify.annotations.NullMarked;
