/**
 * What an architecture says, and when the engine asks it. A porter starts here.
 *
 * <p>A port is an artifact of its own. {@link java.util.ServiceLoader} finds its {@link Arch}, which hands out everything else; the engine
 * names no architecture. Extend the testkit's {@code ArchContract}, which every port must pass. The guide
 * {@code docs/add-an-architecture.md} makes a port step by step.
 *
 * <h2>What a first port needs</h2>
 *
 * <p>{@link Arch} (all but two of its methods), {@link ArchKernel} ({@code width}, {@code codeOrder}, {@code moduleAreas},
 * {@code kernelArea}, {@code relocations}, {@code tables}) and an enum of {@link RelocationType} load every module of an architecture whose
 * branches reach everything. All else has a default, which says that the architecture has no such thing:
 *
 * <ul>
 *   <li>stubs, placeholder sections, pairs of relocations, values of a GOT: {@link ArchKernel#plan}, with an {@link ArchPlan} and an
 *       {@link ArchLoad};
 *   <li>changes after relocation, such as alternatives: {@link ArchLoad#finishers};
 *   <li>static branches and the function tracer: {@link ArchKernel#staticBranches}, {@link ArchKernel#tracing};
 *   <li>memory images: {@link ArchKernel#translation}, {@link ArchKernel#boot}, {@link ArchKernel#branchTarget},
 *       {@link ArchKernel#moduleAreas(io.modrt.kernel.KernelSymbols)}, {@link ArchKernel#protectsModules};
 *   <li>rules that changed from version to version: a {@link io.modrt.version.KernelChange} enum, {@link Arch#history}.
 * </ul>
 *
 * <h2>Which interface is asked in which phase</h2>
 *
 * <table>
 *   <caption>The phases of a load</caption>
 *   <tr><th>phase</th><th>what is asked</th><th>what the engine does with it</th></tr>
 *   <tr><td>discovery</td><td>{@link Arch#spiVersion}, {@link Arch#accepts}</td>
 *       <td>It refuses a port for another version of the SPI, and takes the one port that accepts the header of a file.</td></tr>
 *   <tr><td>first module</td><td>{@link Arch#usualConfiguration}, {@link Arch#kernel}, {@link ArchKernel#machine},
 *       {@link ArchKernel#moduleAreas}</td>
 *       <td>It completes the profile with the usual configuration and makes a kernel of it. If the embedder gave the kernel's memory, it
 *       adds the facts that this kernel reads from it to the profile. Then it makes the kernel again, and asks it once for relocation
 *       tables, table shapes and tracing sites.</td></tr>
 *   <tr><td>plan</td><td>{@link ArchKernel#check}, {@link ArchKernel#plan}; then {@link ArchPlan#shape}, {@link ArchPlan#headBytes},
 *       {@link ArchPlan#frontBytes}, {@link ArchPlan#behindBytes}</td>
 *       <td>It gives each section an offset in its region. Neither addresses nor symbol values are known yet, so the plan reserves room for
 *       every stub that may be needed.</td></tr>
 *   <tr><td>place</td><td>{@link ArchKernel#anchors}, {@link TracingSites#kernelEntries}</td>
 *       <td>It reserves addresses and looks the named kernel symbols up.</td></tr>
 *   <tr><td>relocate</td><td>{@link ArchPlan#begin}, {@link ArchPlan#ordered}, all of {@link ArchLoad}</td>
 *       <td>It applies the relocations, as below.</td></tr>
 *   <tr><td>finish</td><td>{@link ArchLoad#writeStubs}, {@link ArchLoad#finishers}, {@link TracingSites#listed},
 *       {@link TracingSites#writeOff}</td>
 *       <td>It writes the stubs and does what the kernel does after relocation, as below.</td></tr>
 *   <tr><td>live</td><td>{@link TracingSites#kinds}, {@link TracingSites#trampoline}, {@link ArchKernel#staticBranches}</td>
 *       <td>modrt-ftrace switches call sites; verification knows the code that a site may have.</td></tr>
 * </table>
 *
 * <h2>What the engine does when it relocates, in order</h2>
 *
 * <ol>
 *   <li>It copies the sections of the file to their places in a {@link ModuleImage} and calls {@link ArchPlan#begin}.
 *   <li>It goes through the relocation sections whose target is loaded, in the order of their headers. It brings the entries of a
 *       section into the order of {@link ArchPlan#ordered} and calls {@link ArchLoad#open}, before any place of the section changes. There
 *       the architecture may set addends. An addend in place (REL) that it does not set is read with the type's field,
 *       sign-extended and shifted as the field is, when its relocation's turn comes; a type with a {@link RelocationType#lowerHalf} has the rest
 *       of it in the place of the next entry, or where {@link ArchLoad#lowerHalf} finds it.
 *   <li>For each relocation of a {@linkplain RelocationType#routed() routed} type it calls {@link ArchLoad#route}. The result is
 *       the branch's {@linkplain Fixup#goal goal} from then on: S + A if it goes there directly, or the address of a stub less
 *       {@link RelocationType#branchBias}.
 *   <li>It checks the alignment of the goal and computes the {@link Formula}. Only here P is subtracted, and the
 *       {@link RelocationType#bias} added; neither {@code route} nor {@link Fixup#goal} has taken them into account. For
 *       {@link Formula#CUSTOM} it asks {@link ArchLoad#value}, and adds the bias.
 *   <li>It checks the {@link Fit} of the value, asks {@link RelocationType#objection} if the type looks at its place, and stores the
 *       value by the type's {@link Store}.
 *   <li>After the last relocation of a section, entries refused by {@link Addends#refuseAtEnd} fail.
 *   <li>After the last section it calls {@link ArchLoad#writeStubs}, which writes all stubs: their code, and the target's address to their slots. A stub may
 *       therefore not lie in a place that a relocation changes.
 *   <li>Then follow the kernel's steps after relocation: {@code __ex_table} is sorted; the kallsyms tables are filled in; the
 *       {@link ArchLoad#finishers} run, in their order; the table of tracing sites is sorted and each site switched off; last,
 *       {@code __jump_table} is sorted. A finisher thus sees finished code and stubs, call sites as they were compiled, and the jump table
 *       in the order of the file.
 * </ol>
 *
 * <p>A relocation whose row says all there is to say (a formula of S + A and P, no alignment, no stub, {@link Store#SET}) is applied
 * without a call to the architecture.
 *
 * <h2>Kernel symbols that an architecture needs</h2>
 *
 * <p>{@link ArchKernel#anchors} names kernel symbols that a load needs besides the module's imports, and {@link PlacedSections#anchor} has
 * their values. If the runtime's symbols do not have one, it gets a made-up address in {@link ArchKernel#kernelArea}, provided that they
 * make symbols up ({@code KernelSymbols.synthetic()}); the load reports it among its placeholders. Otherwise the anchor is empty, and the
 * architecture refuses what needs it. {@link TracingSites#kernelEntries} are never made up; for them {@code anchor} has the address of the
 * code, not of a descriptor.
 *
 * <h2>Rules for a port</h2>
 *
 * <ul>
 *   <li>{@link Arch}, {@link ArchKernel} and {@link ArchPlan} are immutable and shared by threads; the state of a load is in its
 *       {@link ArchLoad}.
 *   <li>A load must give the same result each time for the same plan, addresses and symbol values: to explain a module, the engine begins
 *       another load and relocates it again, then also sections that are not loaded, with address 0. The
 *       {@link ArchLoad#stubs} are asked for in explanations alone.
 *   <li>Every stub that {@link ArchLoad#route} sends a branch to was counted ({@link ArchPlan#mayNeed}).
 *   <li>Bad input is refused by a {@link io.modrt.error.Refusal} with the kernel's errno and log line. What the kernel silently
 *       truncates or ignores is reported by {@link Fixup#silentLoss}.
 *   <li>32-bit addresses are zero-extended; {@link Width} is the one place where a sum is narrowed.
 * </ul>
 *
 * <p>Sources: the psABI of the architecture, and the kernel's {@code module_frob_arch_sections}, {@code apply_relocate},
 * {@code apply_relocate_add} and {@code module_finalize} for it, or a live kernel; the guide says what to look at there.
 */
@NullMarked
package io.modrt.spi;

import org.jspecify.annotations.NullMarked;
