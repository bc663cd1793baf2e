package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's list of modules, which {@code /proc/modules} shows. Its head is {@code modules}; where no symbol says where that is, it is
 * the one place on the lists of the modules found that is in no module.
 */
final class ModuleChain {
    private static final int MOST_NODES = 1 << 14;

    private final KernelMemory memory;
    private final Map<Address, StructModule> byNode = new HashMap<>();
    private final List<StructModule> listed = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private Optional<Address> head = Optional.empty();

    private ModuleChain(KernelMemory memory, List<StructModule> found) {
        this.memory = memory;
        found.forEach(module -> byNode.put(module.at().plus(memory.wordBytes()), module));
    }

    /** Reads the list that leads through {@code found}. */
    static ModuleChain of(KernelMemory memory, List<StructModule> found, KernelSymbols symbols) {
        ModuleChain chain = new ModuleChain(memory, found);
        chain.head = symbols.find("modules").map(KernelSymbol::value).or(() -> chain.vote(found));
        chain.head.ifPresent(chain::walk);
        return chain;
    }

    /** Where the list begins; empty if that was not found. */
    Optional<Address> head() {
        return head;
    }

    /** The modules on the list, the most recent first. */
    List<StructModule> listed() {
        return listed;
    }

    /** What is wrong with the list. */
    List<String> faults() {
        return faults;
    }

    private Optional<Address> next(Address node) {
        return memory.pointer(node);
    }

    private Optional<Address> previous(Address node) {
        return memory.pointer(node.plus(memory.wordBytes()));
    }

    /** The node outside of all modules to which most modules lead. Each module is passed once, since its end is remembered. */
    private Optional<Address> vote(List<StructModule> found) {
        Map<Address, Integer> votes = new HashMap<>();
        Set<Address> passed = new HashSet<>();
        for (StructModule module : found) {
            Optional<Address> node = Optional.of(module.at().plus(memory.wordBytes()));
            while (node.isPresent() && byNode.containsKey(node.get()) && passed.add(node.get())) {
                node = next(node.get());
            }
            // why: the kernel's list comes back from the head to a module
            node.filter(end -> !byNode.containsKey(end))
                    .filter(end -> next(end).filter(byNode::containsKey).isPresent())
                    .ifPresent(end -> votes.merge(end, 1, Integer::sum));
        }
        return votes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    private void walk(Address start) {
        Set<Address> passed = new HashSet<>();
        Address before = start;
        Optional<Address> node = next(start);
        while (node.isPresent() && !node.get().equals(start)) {
            Address at = node.get();
            if (!passed.add(at) || passed.size() > MOST_NODES) {
                faults.add("the list of modules is a loop that does not come back to its head, at " + at);
                return;
            }
            if (previous(at).filter(before::equals).isEmpty()) {
                faults.add("the list of modules: the node at " + at + " does not point back to " + before);
            }
            StructModule module = byNode.get(at);
            if (module == null) {
                faults.add("the list of modules leads to " + at + ", where no module is");
            } else {
                listed.add(module);
            }
            before = at;
            node = next(at);
        }
        if (node.isEmpty()) {
            faults.add("the list of modules ends behind " + before + " at an address that cannot be read");
        }
    }
}
