/**
 * AArch64: 64-bit Arm kernels. Code is little endian; data has the byte order of the ELF header.
 *
 * <h2>The machine</h2>
 *
 * Instructions are 32-bit words, 4-byte aligned. A constant has 12 or 16 bits, so code addresses what it uses from its own place:
 * {@code adrp} gives the page of 4 KB that lies a signed 21-bit number of pages away, whatever the kernel's page size is, and {@code add}, a
 * load or a store adds the low 12 bits. A load or store counts in units of what it moves, so its field has the address without its lowest bits.
 * {@code movz}, {@code movn} and {@code movk} set 16 bits of a register each.
 *
 * <p>{@code b} and {@code bl} hold a distance of 26 bits in words, counted from the branch itself: 128 MB each way. {@code b.cond},
 * {@code cbz} and literal loads hold 19 bits, {@code tbz} 14. x16 and x17 may be changed by whatever a linker puts between caller and
 * callee; x9 is free at the entry of a function, and x30 is the return address.
 *
 * <p>Modules lie within 2 GB of the kernel, so that a signed 32-bit distance reaches all of it. A kernel at a random address puts them
 * further than 128 MB away: <b>then every call of the kernel takes the PLT</b>. Kernels before 4.6 have no PLT; they put modules within 64 MB.
 *
 * <p>6.1 and 6.12 are what live kernels confirm. Of older ones {@link io.modrt.aarch64.AArch64Change} has what decides whether a module
 * loads and how its tables are read. Kernels before 5.0 have PLT entries of another form, which are not modelled: a branch out of reach goes
 * through an entry as in later kernels.
 *
 * <h2>The relocations that the kernel applies</h2>
 *
 * S is the symbol, A the addend, P the place; Page(x) is x without its low 12 bits. All are SHT_RELA.
 *
 * <pre>
 *  nr       R_AARCH64_            value                     bits        refused when
 *  0, 256   NONE                  nothing
 *  257      ABS64                 S + A                     doubleword
 *  258      ABS32                 S + A                     word        not 0 to 2^32 - 1
 *  259      ABS16                 S + A                     halfword    not 0 to 2^16 - 1
 *  260      PREL64                S + A - P                 doubleword
 *  261      PREL32                S + A - P                 word        not signed 32 bits
 *  262      PREL16                S + A - P                 halfword    not signed 16 bits
 *  263      MOVW_UABS_G0          S + A                     20:5        not 0 to 2^16 - 1
 *  265      MOVW_UABS_G1          (S + A) &gt;&gt; 16             20:5        not 0 to 2^16 - 1
 *  267      MOVW_UABS_G2          (S + A) &gt;&gt; 32             20:5        not 0 to 2^16 - 1
 *  269      MOVW_UABS_G3          (S + A) &gt;&gt; 48             20:5
 *  264 266 268  UABS_G0_NC to G2  as without _NC            20:5
 *  270      MOVW_SABS_G0          S + A                     30:29 20:5  not signed 17 bits
 *  271      MOVW_SABS_G1          (S + A) &gt;&gt; 16             30:29 20:5  not signed 17 bits
 *  272      MOVW_SABS_G2          (S + A) &gt;&gt; 32             30:29 20:5  not signed 17 bits
 *  273      LD_PREL_LO19          (S + A - P) &gt;&gt; 2          23:5        not signed 19 bits
 *  274      ADR_PREL_LO21         S + A - P                 30:29 23:5  not signed 21 bits
 *  275      ADR_PREL_PG_HI21      (Page(S + A) - Page(P)) &gt;&gt; 12   30:29 23:5  not signed 21 bits
 *  276      ADR_PREL_PG_HI21_NC   as without _NC            30:29 23:5
 *  277      ADD_ABS_LO12_NC       (S + A) mod 4096          21:10
 *  278      LDST8_ABS_LO12_NC     (S + A) mod 4096          21:10
 *  279      TSTBR14               (S + A - P) &gt;&gt; 2          18:5        not signed 14 bits
 *  280      CONDBR19              (S + A - P) &gt;&gt; 2          23:5        not signed 19 bits
 *  282      JUMP26                (S + A - P) &gt;&gt; 2          25:0        not signed 26 bits, and no PLT entry is left
 *  283      CALL26                (S + A - P) &gt;&gt; 2          25:0        as JUMP26
 *  284      LDST16_ABS_LO12_NC    ((S + A) mod 4096) &gt;&gt; 1   21:10
 *  285      LDST32_ABS_LO12_NC    ((S + A) mod 4096) &gt;&gt; 2   21:10
 *  286      LDST64_ABS_LO12_NC    ((S + A) mod 4096) &gt;&gt; 3   21:10
 *  287      MOVW_PREL_G0          S + A - P                 30:29 20:5  not signed 17 bits
 *  289      MOVW_PREL_G1          (S + A - P) &gt;&gt; 16         30:29 20:5  not signed 17 bits
 *  291      MOVW_PREL_G2          (S + A - P) &gt;&gt; 32         30:29 20:5  not signed 17 bits
 *  293      MOVW_PREL_G3          (S + A - P) &gt;&gt; 48         30:29 20:5
 *  288 290 292  PREL_G0_NC to G2  as without _NC            20:5
 *  299      LDST128_ABS_LO12_NC   ((S + A) mod 4096) &gt;&gt; 4   21:10
 * </pre>
 *
 * SABS and PREL without {@code _NC} choose the opcode, bits 30:29: {@code movz} for a value of 0 and above, {@code movn} with the value
 * inverted for one below. Any other number is ENOEXEC, also those of GOT and TLS; so is what does not fit. Nothing checks that a target is
 * aligned: low bits are lost in silence. A weak symbol that nobody has is 0, and is treated like any other value.
 *
 * <h2>PLT</h2>
 *
 * The linker leaves {@code .plt} and {@code .init.plt} with one byte each, and the kernel gives them their size. Before it does, it puts the
 * branches of each section with code that leave their section in front of all others, sorts them by type, symbol and addend, counts one
 * entry for each that differs from the one in front or has an addend, and adds one ({@link io.modrt.aarch64.AArch64Plan}). <b>It relocates
 * in that order.</b> A branch that does not reach takes the entry made last if that leads to the same place, else a new one ({@link
 * io.modrt.aarch64.AArch64Plt}); which of the two sections it takes, its own place decides. The kernel writes the new entry before it looks at the
 * last, so a section may end with an entry that nothing uses; it counts among the module's stubs here.
 *
 * <pre>
 *  adrp  x16, target           or brk #0x100, where the distance in pages, cut to 32 bits, does not fit
 *  add   x16, x16, #:lo12:target
 *  br    x16
 * </pre>
 *
 * Kernels before 6.4 have PLTs if they are built with RANDOMIZE_BASE or ARM64_ERRATUM_843419, and sort and count if with the former.
 * {@code .text.ftrace_trampoline} is filled always, with entries of the same form: to {@code ftrace_caller} and {@code ftrace_regs_caller},
 * since 6.4 to the former alone and once more in {@code .init.text.ftrace_trampoline}.
 *
 * <h2>Erratum 843419</h2>
 *
 * Cortex-A53 up to r0p4 may compute a wrong address if {@code adrp} is in one of the last two words of a page. Where the kernel has found the
 * erratum, an {@code adrp} there becomes an {@code adr} of the page's start, or, beyond 1 MB, a branch to a veneer in the PLT section: {@code
 * adrp}, {@code add} of 0, and a branch back. Room is counted for each {@code adrp} that may come to lie so; a section is aligned so that most
 * cannot. That machine is told by the capability of the erratum, 54 in 6.1.192 and 70 in 6.12.117, or by the feature {@code
 * erratum-843419} of {@link io.modrt.kernel.MachineFacts}, the only one that the architecture knows.
 *
 * <h2>What else the kernel writes</h2>
 *
 * <ul>
 *   <li>Tables: {@code __ksymtab} has 12 bytes an export and {@code __ex_table} 12 an entry, two distances from the field, type and data;
 *       {@code __jump_table} has 16, its key's distance being of 64 bits.
 *   <li>Alternatives ({@link io.modrt.aarch64.AArch64Alternatives}): code for a CPU capability. Capabilities have the numbers of the kernel's
 *       own bitmap, {@code cpu_hwcaps} in 6.1 and {@code system_cpucaps} in 6.12; they differ from build to build. In Debian's modules occur
 *       26 (6.12: 37), LSE atomics; 37 (51), a kernel at EL2; and 24, the masking of interrupts by priority.
 *   <li>Static branches: {@code nop}, or {@code b}.
 *   <li>Function tracing ({@link io.modrt.aarch64.AArch64Tracing}): three forms, by version and configuration.
 * </ul>
 *
 * <pre>
 *                              before 6.4         since 6.4          since 6.4, DYNAMIC_FTRACE_WITH_CALL_OPS
 *  table entry to site         + 4                + 4                + 12, over a bti + 16; dropped unless a multiple of 8
 *  at load                     mov x9, x30        mov x9, x30        mov x9, x30; ftrace_nop_ops 12 or 16 bytes in front
 *  on                          bl                 bl                 the tracer's ops in front, bl ftrace_caller
 * </pre>
 *
 * <p>A kernel with UNWIND_PATCH_PAC_INTO_SCS may replace pointer authentication by a shadow call stack when it boots; that is not done here.
 *
 * <p>Sources: ELF for the Arm 64-bit Architecture; Procedure Call Standard for the Arm 64-bit Architecture; Arm Architecture Reference Manual
 * for A-profile; Cortex-A53 software developers errata notice; and what Linux 6.1 and 6.12 ({@code arch/arm64/kernel/module.c}, {@code
 * module-plts.c}, {@code alternative.c}, {@code ftrace.c}, {@code jump_label.c}) do.
 */
@NullMarked
package io.modrt.aarch64;

import org.jspecify.annotations.NullMarked;
