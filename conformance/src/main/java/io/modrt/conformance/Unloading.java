package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleState;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Unloads all modules of a runtime, each before those that it uses, and checks that nothing is left of them. */
final class Unloading {
    private final Counted allocator;
    private final List<String> faults = new ArrayList<>();
    private int modules;
    private long wipedBytes;

    Unloading(Counted allocator) {
        this.allocator = allocator;
    }

    /** An allocator that knows what it has handed out. */
    static final class Counted implements ModuleAllocator {
        private final ModuleAllocator allocator;
        private final Set<AddressRange> ranges = ConcurrentHashMap.newKeySet();

        Counted(ModuleAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public AddressRange allocate(long sizeBytes, Permission permission) {
            AddressRange range = allocator.allocate(sizeBytes, permission);
            ranges.add(range);
            return range;
        }

        @Override
        public void free(AddressRange range) {
            ranges.remove(range);
            allocator.free(range);
        }
    }

    /** Unloads the modules of {@code runtime}; those that no module uses go first, in turn, by force where they have no exit function. */
    void run(ModuleRuntime runtime) {
        List<LiveModule> left = new ArrayList<>(runtime.modules());
        Set<AddressRange> memory = new HashSet<>();
        for (LiveModule module : left) {
            for (RegionKind kind : RegionKind.values()) {
                module.placed().range(kind).ifPresent(memory::add);
            }
        }
        modules = left.size();
        List<LiveModule> all = List.copyOf(left);
        List<LiveModule> unused = unused(left);
        while (!unused.isEmpty()) {
            unused.forEach(LiveModule::forceUnload);
            left.removeAll(unused);
            unused = unused(left);
        }
        left.stream()
                .filter(module ->
                        !module.isPermanent() && module.users().stream().noneMatch(LiveModule::isPermanent))
                .forEach(module -> faults.add(module + " cannot be unloaded: it is used by " + module.users()));
        runtime.close(); // why: where the kernel cannot be forced, modules without exit function are left, and what
        // they use
        all.stream()
                .filter(module -> module.references() != 0 || module.state() != ModuleState.UNLOADED)
                .forEach(module -> faults.add(module + " has " + module.references() + " references"));
        if (!runtime.modules().isEmpty()) {
            faults.add(runtime.modules().size() + " modules are still listed");
        }
        if (!allocator.ranges.isEmpty()) {
            faults.add(allocator.ranges.size() + " ranges were not given back");
        }
        memory.forEach(range -> checkWiped(runtime, range));
    }

    /** The modules that can be unloaded now. */
    private static List<LiveModule> unused(List<LiveModule> modules) {
        return modules.stream()
                .filter(module -> module.references() == 0)
                .filter(module -> !module.isPermanent()
                        || module.placed().plan().profile().has(ConfigOption.MODULE_FORCE_UNLOAD))
                .toList();
    }

    private void checkWiped(ModuleRuntime runtime, AddressRange range) {
        byte[] bytes = new byte[Math.toIntExact(range.sizeBytes())];
        runtime.memory().read(range.start(), bytes, 0, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                Address where = range.start().plus(i);
                faults.add("memory at " + where + " still holds " + (bytes[i] & 0xff));
                return;
            }
        }
        wipedBytes += bytes.length;
    }

    /** What is left, one line each. */
    List<String> faults() {
        return faults;
    }

    /** What was done, in one line. */
    String summary() {
        return "unloaded " + modules + " modules that were live at once: "
                + (faults.isEmpty()
                        ? "no references, nothing allocated, " + wipedBytes + " bytes wiped"
                        : faults.size() + " faults, such as: " + faults.get(0));
    }
}
