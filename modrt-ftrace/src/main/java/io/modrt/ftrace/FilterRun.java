package io.modrt.ftrace;

import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.Refusal;
import io.modrt.ftrace.Selection.Waiting;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LiveModule;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Applies the terms of a filter to a selection, one after the other, as the kernel does for a write to {@code set_ftrace_filter}. */
final class FilterRun {
    private final Selection before;
    private final Iterable<ModuleSites> modules;
    private final Map<ModuleSites, BitSet> chosen = new HashMap<>();
    private final Set<Waiting> waiting;

    FilterRun(Selection before, Iterable<ModuleSites> modules) {
        this.before = before;
        this.modules = modules;
        before.chosen().forEach((module, sites) -> chosen.put(module, (BitSet) sites.clone()));
        waiting = new HashSet<>(before.waiting());
    }

    Selection apply(Filter filter) {
        for (Filter.Term term : filter.terms()) {
            if (!match(term) && !postpone(term)) {
                throw new PatchException(Refusal.of(Errno.EINVAL, "pattern " + term.text() + " matches no function")
                        .at("filter " + filter));
            }
        }
        Selection after = new Selection(before.everything(), before.standing(), waiting, chosen);
        if (after.isIdle()) {
            throw new PatchException(Refusal.beyondKernel(
                            "no function is left; the kernel would trace all, which is what an empty filter says")
                    .at("filter " + filter));
        }
        return after;
    }

    /** Adds or takes away the functions that match; returns whether there is one. */
    private boolean match(Filter.Term term) {
        boolean found = false;
        long position = 0;
        for (ModuleSites module : modules) {
            boolean isTaken = term.takesModule(module.module().name());
            for (int i = 0; i < module.count(); i++) {
                if (module.isGone(i)) {
                    continue;
                }
                position++;
                if (isTaken && term.function().matches(module.function(i), position)) {
                    found = true;
                    chosen.computeIfAbsent(module, any -> new BitSet()).set(module.first(i), !term.removes());
                }
            }
        }
        return found;
    }

    /** Lets a term wait for its module, or takes back one that waits; returns whether the kernel would. */
    private boolean postpone(Filter.Term term) {
        Filter.ModuleTerm wanted = term.module();
        if (wanted == null) {
            return false;
        }
        String name = wanted.pattern().cut();
        if (term.removes()) {
            return waiting.removeIf(pair -> pair.module().equals(name)
                    && (term.text().equals("*") || term.text().equals(pair.function())));
        }
        for (ModuleSites each : modules) {
            LiveModule module = each.module();
            // why: the kernel looks for __this_module of that name, which is data
            if (module.name().equals(wanted.text()) && module.placed().profile().has(ConfigOption.KALLSYMS_ALL)) {
                return false;
            }
        }
        waiting.add(new Waiting(term.text(), name));
        return true;
    }
}
