/**
 * Decides for each fault that a load finds whether its policy refuses it: {@link Findings} raises the exception, or keeps a
 * {@link io.modrt.policy.Diagnostic} and lets the load go on. No other package asks the policy that question. Not exported.
 */
@NullMarked
package io.modrt.findings;

import org.jspecify.annotations.NullMarked;
