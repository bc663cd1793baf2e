package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.image.Finding;
import io.modrt.image.FoundModule;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the guest itself says of its modules, in {@code /proc/modules} and {@code /sys/module}. */
final class ImageTruth {
    private final KernelDump guest;
    private int sections;

    ImageTruth(KernelDump guest) {
        this.guest = guest;
    }

    /** How many addresses of sections agreed. */
    int sections() {
        return sections;
    }

    /** The names of the modules that {@link HidingModule} took off the guest's list, itself among them; none in old captures. */
    Set<String> hidden() {
        Set<String> hidden = new TreeSet<>();
        if ("0".equals(guest.insertions().get(HidingModule.NAME))) {
            hidden.add(HidingModule.NAME);
            guest.modules().stream()
                    .map(KernelDump.Module::name)
                    .filter(name -> !guest.listed().contains(name))
                    .forEach(hidden::add);
        }
        return hidden;
    }

    /** Whether a finding is what must be found, since a module was hidden. */
    boolean isExpected(Finding finding) {
        return finding.kind() == Finding.Kind.HIDDEN && hidden().contains(finding.module());
    }

    /** What of the guest's own hooks, tracing and kprobes, was not told. */
    List<String> missedHooks(List<Finding> findings) {
        SymbolMap symbols = KernelSymbols.kallsyms(guest.symbols());
        List<String> missed = new ArrayList<>();
        for (String hook : guest.hooks()) {
            String[] words = hook.split(" ");
            boolean isMade = words[0].equals("TRACE") ? !words[3].equals("0") : words[3].equals("0");
            boolean isTold = words[0].equals("TRACE")
                    ? findings.stream()
                            .anyMatch(finding -> finding.kind() == Finding.Kind.TRACER
                                    && finding.module().equals(words[1])
                                    && finding.text().startsWith(words[3] + " function"))
                    : findings.stream()
                            .anyMatch(finding -> finding.kind() == Finding.Kind.KPROBE
                                    && finding.module().equals(words[1])
                                    && finding.place()
                                            .equals(symbols.ownedBy(words[1])
                                                    .find(words[2])
                                                    .map(KernelSymbol::value)));
            if (isMade && !isTold) {
                missed.add(hook + " was not told");
            }
        }
        return missed;
    }

    /** Where the guest and the image disagree. */
    List<String> faults(List<FoundModule> modules) {
        List<String> faults = new ArrayList<>();
        Map<String, FoundModule> byName = new HashMap<>();
        modules.forEach(module -> byName.put(module.name(), module));
        for (KernelDump.Module told : guest.modules()) {
            FoundModule found = byName.remove(told.name());
            if (found == null) {
                faults.add(told.name() + " was not found");
            } else {
                compare(told, found, faults);
            }
        }
        for (String name : hidden()) {
            boolean isFound = modules.stream()
                    .anyMatch(module -> module.name().equals(name)
                            && !module.isListed()
                            && module.base().isPresent());
            if (!isFound) {
                faults.add(name + ", which is hidden, was not found as such");
            }
        }
        byName.remove(HidingModule.NAME); // which is in no list
        byName.keySet().forEach(name -> faults.add(name + " is not in the guest's list"));
        return faults;
    }

    private void compare(KernelDump.Module told, FoundModule found, List<String> faults) {
        Address base = found.base().orElse(Address.of(0)); // why: the guest shows a module without code so
        if (!base.equals(told.base()) || found.sizeBytes() != told.sizeBytes()) {
            faults.add(told.name() + " is at " + told.base() + " with " + told.sizeBytes() + " bytes, not at " + base
                    + " with " + found.sizeBytes());
        }
        told.sections().forEach((name, address) -> {
            Address seen = found.sections().get(name);
            if (address.equals(seen)) {
                sections++;
            } else {
                faults.add(told.name() + ": " + name + " is at " + address + ", not at " + seen);
            }
        });
    }
}
