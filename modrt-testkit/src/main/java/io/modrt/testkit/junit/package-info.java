/**
 * Kernels for tests of JUnit 5, made before a test and looked after when it has ended: {@link io.modrt.testkit.junit.ForKernel} on a test class
 * lets its methods have a {@link io.modrt.testkit.FakeKernel} as parameter, and fails each test that leaves a module or memory behind.
 */
@NullMarked
package io.modrt.testkit.junit;

import org.jspecify.annotations.NullMarked;
