package io.modrt.conformance.fuzz;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.Permission;
import io.modrt.memory.TargetMemory;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A runtime all of whose callbacks may fail: memory, allocator, symbols, listeners, the runner of functions. */
final class Embedder {
    final Faults faults = new Faults();
    final Memory memory = new Memory();
    final Allocator allocator = new Allocator();
    final Watcher first = new Watcher("first");
    final Watcher second = new Watcher("second");
    final ModuleRuntime runtime;
    final Ftrace ftrace;

    Embedder() {
        KernelSymbols symbols = KernelSymbols.synthetic();
        runtime = ModuleRuntime.builder()
                .kernelSymbols(new KernelSymbols() {
                    @Override
                    public java.util.Optional<io.modrt.kernel.KernelSymbol> find(String name) {
                        faults.call("symbol");
                        return symbols.find(name);
                    }

                    @Override
                    public java.util.Optional<io.modrt.kernel.KernelSymbol> placeholder(
                            String name,
                            AddressRange area,
                            java.util.function.Supplier<io.modrt.kernel.SymbolUse> use) {
                        return symbols.placeholder(name, area, use);
                    }
                })
                .memory(memory)
                .allocator(kernel -> {
                    allocator.own = ModuleAllocator.over(kernel.moduleAreas(), 4096);
                    return allocator;
                })
                .listener(first)
                .listener(second)
                .executor((module, function) -> {
                    faults.call("function of " + module.name());
                    return 0;
                })
                .policy(LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(1))
                .build();
        ftrace = Ftrace.attach(runtime);
    }

    /** All that can be seen, except the memory of ranges that are given back, and taints, which a module whose init fails leaves too. */
    String state() {
        StringBuilder state = new StringBuilder();
        for (LiveModule module : runtime.modules()) {
            state.append(module)
                    .append(" used by ")
                    .append(module.users())
                    .append(" uses ")
                    .append(module.uses());
            state.append(module.references()).append(module.exports()).append('\n');
        }
        state.append(allocator.ranges())
                .append('\n')
                .append(ftrace.sites())
                .append(ftrace.trampolines())
                .append('\n');
        for (AddressRange range : allocator.ranges()) {
            byte[] bytes = new byte[(int) range.sizeBytes()];
            memory.read(range.start(), bytes, 0, bytes.length);
            state.append(HexFormat.of().formatHex(bytes));
        }
        return state.toString();
    }

    /** What the listeners think is there. */
    List<Set<String>> views() {
        return List.of(first.present, second.present);
    }

    /** Memory that keeps nothing secret. */
    final class Memory implements TargetMemory {
        private final TargetMemory bytes = TargetMemory.heap();

        @Override
        public void read(Address from, byte[] into, int offset, int length) {
            faults.call("read");
            bytes.read(from, into, offset, length);
        }

        @Override
        public void write(Address to, byte[] from, int offset, int length) {
            faults.call("write");
            bytes.write(to, from, offset, length);
        }

        @Override
        public void codeChanged(AddressRange range) {
            faults.call("code changed");
        }

        @Override
        public void protect(AddressRange range, Permission permission) {
            faults.call("protect");
        }

        @Override
        public void wipe(AddressRange range) {
            faults.call("wipe");
            bytes.wipe(range);
        }
    }

    /** An allocator that remembers what it gave. */
    final class Allocator implements ModuleAllocator {
        private ModuleAllocator own = ModuleAllocator.over(new AddressRange(Address.of(0), 1L << 20), 4096);
        private final List<AddressRange> given = new ArrayList<>();

        List<AddressRange> ranges() {
            return List.copyOf(given);
        }

        @Override
        public AddressRange allocate(long sizeBytes, Permission permission) {
            faults.call("allocate");
            AddressRange range = own.allocate(sizeBytes, permission);
            given.add(range);
            return range;
        }

        @Override
        public void free(AddressRange range) {
            own.free(range);
            given.remove(range);
            faults.call("free");
        }

        @Override
        public boolean fresh() {
            return false;
        }
    }

    /** A listener that notes which modules are there. */
    final class Watcher implements ModuleListener {
        private final String name;
        private final TreeSet<String> present = new TreeSet<>();

        Watcher(String name) {
            this.name = name;
        }

        @Override
        public void coming(LiveModule module) {
            faults.call(name + " coming");
            present.add(module.name());
        }

        @Override
        public void live(LiveModule module) {
            faults.call(name + " live");
        }

        @Override
        public void initDropped(LiveModule module) {
            faults.call(name + " init dropped");
        }

        @Override
        public void going(LiveModule module) {
            present.remove(module.name());
            faults.call(name + " going");
        }
    }
}
