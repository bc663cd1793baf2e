package io.modrt.conformance.fuzz;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.StateException;
import io.modrt.error.UnresolvedSymbolsException;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Verification;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random operations of several threads on one runtime, against a small model of the module list. Each thread has modules of its own, of which
 * it knows exactly what each operation must give; all share one module, whose users are counted.
 */
final class ModelRun {
    private static final Address TRACER = Address.of(0xc012_0000L);
    private static final String SHARED = "shared";
    private static final int R_MIPS_32 = 2;
    private static final int R_MIPS_HI16 = 5;
    private static final int R_MIPS_LO16 = 6;
    private static final int SECONDS_WITHOUT_A_STEP = 60;

    private final ModuleRuntime runtime;
    private final Ftrace ftrace;
    private final ConcurrentLinkedQueue<String> deviations = new ConcurrentLinkedQueue<>();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final long seed;

    ModelRun(long seed) {
        this.seed = seed;
        this.runtime = ModuleRuntime.builder()
                .kernelSymbols(KernelSymbols.of(
                        Map.of("_printk", Address.of(0x8093_ffe8L), "_mcount", Address.of(0x8010_1234L))))
                .policy(LoadPolicy.kernelExact())
                .executor((module, function) -> 0)
                .build();
        runtime.load(exporter(SHARED));
        this.ftrace = Ftrace.attach(runtime);
    }

    /** A module with one function, which begins with a call of the function tracer. */
    private static KernelModuleBuilder module(String name) {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, name)
                .text(
                        0x3c03_0000, // lui   $3,%hi(_mcount)
                        0x2463_0000, // addiu $3,$3,%lo(_mcount)
                        0x03e0_0825, // move  $1,$31
                        0x0000_6025, // move  $12,$0
                        0x0060_f809, // jalr  $3
                        0x27bd_fff8, // addiu $29,$29,-8
                        0x03e0_0008, // jr    $31
                        0)
                .imports("_mcount")
                .relocation(".text", 0, R_MIPS_HI16, "_mcount")
                .relocation(".text", 4, R_MIPS_LO16, "_mcount")
                .function(name + "_f", ".text", 0)
                .traced(name + "_f");
    }

    private static ModuleFile exporter(String name) {
        return ModuleFile.open(module(name).exports(name + "_f").build());
    }

    private static ModuleFile user(String name, String of) {
        return ModuleFile.open(module(name)
                .imports(of + "_f")
                .data(0)
                .relocation(".data", 0, R_MIPS_32, of + "_f")
                .build());
    }

    /** What the threads did: how many steps, and what was not as the model has it. */
    record Outcome(long steps, long refusals, List<String> deviations) {}

    /** Runs so many steps on so many threads; to be called once. */
    Outcome run(long most, int threads) throws InterruptedException {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(new Worker("t" + i, new Random(seed + i), most / threads));
        }
        workers.forEach(Thread::start);
        watch(workers);
        Set<String> left = new HashSet<>();
        Set<String> users = new HashSet<>();
        for (Worker worker : workers) {
            worker.join(TimeUnit.SECONDS.toMillis(1));
            left.addAll(worker.loaded.keySet());
            worker.loaded.keySet().stream().filter(name -> name.endsWith("_c")).forEach(users::add);
        }
        if (deviations.isEmpty()) {
            settle(left, users);
        }
        return new Outcome(steps.get(), refusals.get(), List.copyOf(deviations));
    }

    /** Waits for the threads, and tells if they wait for each other. */
    private void watch(List<Worker> workers) throws InterruptedException {
        long last = -1;
        int idle = 0;
        while (workers.stream().anyMatch(Thread::isAlive) && deviations.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(200);
            long[] locked = ManagementFactory.getThreadMXBean().findDeadlockedThreads();
            idle = steps.get() == last ? idle + 1 : 0;
            last = steps.get();
            if (locked != null || idle > 5 * SECONDS_WITHOUT_A_STEP) {
                StringBuilder told = new StringBuilder("no step any more");
                workers.forEach(
                        worker -> told.append('\n').append(worker.getName()).append(List.of(worker.getStackTrace())));
                deviations.add(told.toString());
            }
        }
    }

    private void settle(Set<String> left, Set<String> users) {
        Set<String> listed = new HashSet<>();
        runtime.modules().forEach(module -> listed.add(module.name()));
        left.add(SHARED);
        expect("the modules at the end", left, listed);
        Set<String> using = new HashSet<>();
        runtime.module(SHARED).orElseThrow().users().forEach(user -> using.add(user.name()));
        expect("the users of " + SHARED, users, using);
        ftrace.close();
        runtime.close();
        expect("the modules after close", List.of(), runtime.modules());
    }

    private void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            deviations.add(what + ": expected " + expected + ", found " + found);
        }
    }

    /** One thread: an exporter, its user, and a user of the shared module. */
    private final class Worker extends Thread {
        private final Random random;
        private final long most;
        private final Map<String, LiveModule> loaded = new HashMap<>();
        private final Map<String, ModuleFile> files = new HashMap<>();
        private final List<String> names;

        Worker(String name, Random random, long most) {
            super(name);
            this.random = random;
            this.most = most;
            files.put(name + "_a", exporter(name + "_a"));
            files.put(name + "_b", user(name + "_b", name + "_a"));
            files.put(name + "_c", user(name + "_c", SHARED));
            names = files.keySet().stream().sorted().toList();
            setDaemon(true);
        }

        @Override
        public void run() {
            for (long i = 0; i < most && deviations.isEmpty(); i++) {
                try {
                    step();
                    steps.incrementAndGet();
                } catch (RuntimeException | Error escaped) {
                    deviations.add(getName() + ": " + escaped + " " + List.of(escaped.getStackTrace()));
                }
            }
        }

        private void step() {
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> load(name);
                case 3, 4 -> unload(name);
                case 5 -> plan(name);
                case 6 -> look(name);
                case 7 -> trace(name);
                case 8 -> refuseToUnloadShared();
                default -> runtime.modules().forEach(module -> module.state().isUsable());
            }
        }

        private void load(String name) {
            String exporter = getName() + "_a";
            boolean isMissing = name.endsWith("_b") && !loaded.containsKey(exporter);
            try {
                LiveModule module = runtime.load(file(name));
                expect(name + " loads", !loaded.containsKey(name) && !isMissing, true);
                loaded.put(name, module);
            } catch (UnresolvedSymbolsException missing) {
                refusals.incrementAndGet();
                expect(name + " lacks its exporter: " + missing, isMissing, true);
            } catch (StateException refused) {
                refusals.incrementAndGet();
                expect(
                        name + ": " + refused.getMessage(),
                        loaded.containsKey(name) ? Errno.EEXIST : "loads",
                        refused.errno());
            }
        }

        private ModuleFile file(String name) {
            return Optional.ofNullable(files.get(name)).orElseThrow();
        }

        private void unload(String name) {
            LiveModule module = loaded.get(name);
            boolean isUsed = name.endsWith("_a") && loaded.containsKey(getName() + "_b");
            if (module == null) {
                expect(name + " is not there", Optional.empty(), runtime.module(name));
                return;
            }
            try {
                module.unload();
                expect(name + " can be unloaded", isUsed, false);
                loaded.remove(name);
            } catch (StateException refused) {
                refusals.incrementAndGet();
                expect(name + ": " + refused.getMessage(), isUsed ? Errno.EWOULDBLOCK : "unloads", refused.errno());
            }
        }

        private void plan(String name) {
            try {
                runtime.plan(file(name));
                expect(name + " can be planned", loaded.containsKey(name), false);
            } catch (StateException refused) {
                refusals.incrementAndGet();
                expect(
                        name + ": " + refused.getMessage(),
                        loaded.containsKey(name) ? Errno.EEXIST : "can be planned",
                        refused.errno());
            }
        }

        private void look(String name) {
            LiveModule module = loaded.get(name);
            expect("look for " + name, Optional.ofNullable(module), runtime.module(name));
            if (module == null) {
                return;
            }
            Address function = module.symbol(name + "_f").orElseThrow().address();
            expect(
                    "the name at " + function,
                    name + "_f+0x0",
                    module.symbolAt(function).orElseThrow().toString());
            expect(
                    name + " is used",
                    name.endsWith("_a") && loaded.containsKey(getName() + "_b"),
                    !module.users().isEmpty());
            if (random.nextInt(20) == 0) {
                expect(
                        "verification of " + name,
                        true,
                        Verification.of(module)
                                .withoutInit()
                                .run(runtime.memory())
                                .isClean());
            }
        }

        /** The site of a module of this thread goes to its tracer and off again, and comes and goes with the module. */
        private void trace(String name) {
            LiveModule module = loaded.get(name);
            if (module == null) {
                return;
            }
            Address tracer = TRACER.plus(0x100L * Integer.parseInt(getName().substring(1)));
            ftrace.trace(name + "_f:mod:" + name, tracer);
            expect("the sites of " + name, List.of(CallSite.State.ON), states(module));
            ftrace.untrace(tracer);
            expect("the sites of " + name, List.of(CallSite.State.OFF), states(module));
        }

        private List<CallSite.State> states(LiveModule module) {
            return ftrace.sites(module).stream().map(CallSite::state).toList();
        }

        private void refuseToUnloadShared() {
            LiveModule user = loaded.get(getName() + "_c");
            if (user == null) {
                return;
            }
            try {
                runtime.module(SHARED).orElseThrow().unload();
                expect(SHARED + " is used", true, false);
            } catch (StateException refused) {
                refusals.incrementAndGet();
                expect(SHARED + ": " + refused.getMessage(), Errno.EWOULDBLOCK, refused.errno());
            }
        }
    }
}
