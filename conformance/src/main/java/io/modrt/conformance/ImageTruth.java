package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.image.FoundModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
