package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.spi.SiteKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the call sites of a module that was captured in traced and untraced states with what {@link Ftrace} makes of them: the words must be the
 * same at every site in every state.
 */
final class TracedStates {
    private static final int SHOWN = 3;

    private final ModuleRuntime runtime;
    private final KernelSymbols symbols;
    private int sitesOn;
    private int sitesOff;
    private int sitesAstray;

    TracedStates(ModuleRuntime runtime, KernelSymbols symbols) {
        this.runtime = runtime;
        this.symbols = symbols;
    }

    /** The differences; {@code memory} has the other captured blocks. The module is untraced afterwards, as before. */
    List<String> faults(LiveModule module, KernelDump.Module captured, DumpMemory memory) {
        List<String> faults = new ArrayList<>();
        try (Ftrace ftrace = Ftrace.attach(runtime)) {
            captured.states().forEach((state, blocks) -> {
                DumpMemory then = memory.with(blocks);
                if (captured.isTraced(state)) {
                    faults.addAll(on(ftrace, module, state, then));
                } else {
                    sitesOff += ftrace.sites(module).size();
                    faults.addAll(differences(ftrace, module, state + ", off", then, null));
                }
            });
        }
        return faults;
    }

    /** The differences of a traced state. The kernel has several entries and may have used any; the one with the fewest counts. */
    private List<String> on(Ftrace ftrace, LiveModule module, String state, DumpMemory then) {
        LayoutPlan plan = module.placed().plan();
        sitesOn += ftrace.sites(module).size();
        return plan.archKernel().tracing().kernelEntries().stream()
                .flatMap(name -> symbols.find(name).stream())
                .map(KernelSymbol::value)
                .map(entry -> {
                    ftrace.trace(site -> site.module().equals(module) && !isAstray(site, entry), entry);
                    List<String> found = differences(ftrace, module, state + ", on to " + entry, then, entry);
                    ftrace.untrace(entry);
                    return found;
                })
                .min(Comparator.comparingInt(List::size))
                .orElseGet(() -> List.of(state + ": the kernel's entries are not known"));
    }

    /** Whether this kernel switches the site on although that makes it call another address, as 3.8 to 3.16 do on MIPS o32. */
    private static boolean isAstray(CallSite site, Address entry) {
        long at = site.address().value();
        SiteKind kind = site.kind().orElseThrow();
        return kind.isCalled(at, entry) && !kind.reaches(at, entry);
    }

    /** The sites whose words differ; {@code entry} is what the kernel switched them on to, which {@link Ftrace} refuses for those that go astray. */
    private List<String> differences(
            Ftrace ftrace, LiveModule module, String state, DumpMemory then, @Nullable Address entry) {
        List<String> faults = new ArrayList<>();
        for (CallSite site : ftrace.sites(module)) {
            SiteKind kind = site.kind().orElseThrow();
            Address from = site.address().plus(-kind.bytesInFront());
            byte[] expected = new byte[kind.bytes()];
            byte[] actual = new byte[expected.length];
            runtime.memory().read(from, expected, 0, expected.length);
            if (entry != null && isAstray(site, entry)) {
                sitesAstray++;
                kind.on(site.address().value(), expected, entry.value());
            }
            then.read(from, actual, 0, actual.length);
            if (!Arrays.equals(expected, actual)) {
                faults.add(state + ": " + site + ": expected " + HexFormat.of().formatHex(expected) + ", found "
                        + HexFormat.of().formatHex(actual));
            }
        }
        if (faults.size() > SHOWN) {
            List<String> first = new ArrayList<>(faults.subList(0, SHOWN));
            first.add(state + ": " + (faults.size() - SHOWN) + " more call sites differ");
            return first;
        }
        return faults;
    }

    /** The numbers of sites that were compared on and off, over all states, and of those on that the kernel sends astray. */
    String counts() {
        return sitesOn + " call sites on, " + sitesOff + " off"
                + (sitesAstray > 0 ? "; " + sitesAstray + " on to an address that the kernel writes by half" : "");
    }
}
