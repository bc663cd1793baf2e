/**
 * Function tracing of loaded modules: which functions can be traced ({@link io.modrt.ftrace.CallSite}), which of them shall be ({@link
 * io.modrt.ftrace.Filter}), and switching them on and off ({@link io.modrt.ftrace.Ftrace}). The code of a call site is the
 * architecture's business ({@link io.modrt.spi.SiteKind}); nothing here names an architecture, except this page.
 *
 * <h2>What a tracer finds</h2>
 *
 * <ul>
 *   <li>MIPS: {@code ra} is the address behind the call site, and {@code $1} is the traced function's own return address. If the module
 *       was built with {@code -mmcount-ra-address}, {@code $12} is the address where the function keeps that, or 0. On o32 the stack
 *       pointer is 8 bytes lower, which the tracer undoes. The tracer keeps the argument registers and returns with {@code jr $ra; move
 *       $ra,$1}. This is the convention of {@code _mcount}: give its address to get the kernel's code.
 *   <li>PA-RISC: the site has opened a frame and stored {@code %r1} in it, the call site's address + 8. The tracer drops that frame and
 *       goes on at the call site's address + 4. Give the address of {@code ftrace_caller} to get the kernel's code.
 * </ul>
 *
 * <h2>What may run during a switch</h2>
 *
 * On MIPS the kernel's order makes every state between two writes of a long call harmless. On PA-RISC the branch is the last to come and
 * the first to go, so a site is harmless too, unless somebody is just running its nops. A short call on o32, which is {@code jal} and its
 * delay slot, has no such order: stop the target before you switch it.
 *
 * <h2>Tracers out of reach</h2>
 *
 * A short call ({@code jal _mcount}) of a MIPS module stays within 256 MB, and kernels usually lie elsewhere. {@link
 * io.modrt.policy.LoadPolicy#trampolines} reserves room for trampolines at the head of the module's code, one for each tracer. Such
 * modules can then be traced, but they load only with {@link io.modrt.policy.StubPolicy#SHARED}. Trampolines also lead the long calls
 * of n64 to tracers whose address has more than 32 bits.
 *
 * <h2>How it works</h2>
 *
 * What is asked for is one immutable value, the wishes: which sites each tracer has, and where redirected sites go. Each request makes
 * the next wishes of the present ones, and a switch takes the target's memory from one to the other: it plans all writes, compares the
 * code of the sites with what it must be, and writes. If anything fails, what was written is undone and the present wishes stay.
 */
@NullMarked
package io.modrt.ftrace;

import org.jspecify.annotations.NullMarked;
