/**
 * Function tracing of loaded modules: which functions can be traced ({@link io.modrt.ftrace.CallSite}), which are to be ({@link
 * io.modrt.ftrace.Filter}), and switching them on and off ({@link io.modrt.ftrace.Ftrace}). The words of a call site are its
 * architecture's ({@link io.modrt.spi.SiteKind}); nothing here names one.
 *
 * <h2>What a tracer finds</h2>
 *
 * <ul>
 *   <li>MIPS: {@code ra} behind the call site, {@code $1} with the traced function's own return address; {@code $12} with the place
 *       where that is kept, or 0, if the module was built so; on o32 the stack is 8 bytes lower, which the tracer undoes. It returns
 *       with {@code jr $ra; move $ra,$1}, and keeps the argument registers. That is {@code _mcount}'s convention: give {@code
 *       _mcount} to have the kernel's words.
 *   <li>PA-RISC: {@code %r1}, on the stack in a fresh frame, is the call site's address + 8; the tracer drops that frame and goes on
 *       at the call site's address + 4. Give {@code ftrace_caller} to have the kernel's words.
 * </ul>
 *
 * <h2>Out of reach</h2>
 *
 * A short call ({@code jal _mcount}) of a MIPS module stays within 256 MB, and kernels lie elsewhere. {@link
 * io.modrt.policy.LoadPolicy#trampolines} reserves room at the head of the module's code for trampolines, one for each tracer; together
 * with {@link io.modrt.policy.StubPolicy#SHARED}, without which such a module does not load, it makes such modules traceable. In the same
 * way long calls of n64 reach tracers beyond 32 bits.
 */
@NullMarked
package io.modrt.ftrace;

import org.jspecify.annotations.NullMarked;
