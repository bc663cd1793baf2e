package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.InitException;
import io.modrt.error.ModrtException;
import io.modrt.error.StateException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.Taint;
import io.modrt.proc.KernelFiles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Carries the steps of a plan out in modrt, at the addresses of a live kernel, and compares after each what user space reads. Init functions
 * are not run: they return what the kernel's answer says.
 */
final class LifeReplay {
    private static final Map<Taint, Integer> BITS = Map.of(
            Taint.PROPRIETARY, 0,
            Taint.FORCED, 1,
            Taint.FORCED_UNLOAD, 3,
            Taint.STAGING, 10,
            Taint.OUT_OF_TREE, 12,
            Taint.UNSIGNED, 13,
            Taint.LIVE_PATCH, 15,
            Taint.TEST, 18);
    /** Modules whose init functions register with another, which holds itself once as long as any has. */
    private static final Map<String, String> PINNED =
            Map.of("null_blk", "configfs", "dlm", "configfs", "libcrc32c", "crc32c_generic");
    /** Parameters that init functions correct. */
    private static final Set<String> CORRECTED = Set.of(
            "can_isotp/parameters/max_pdu_size",
            "null_blk/parameters/submit_queues",
            "myri10ge/parameters/myri10ge_rss_hash");
    /** Lines that the loader logs when it refuses a module, which its init function thus cannot have refused. */
    private static final List<String> REFUSALS =
            List.of("Unknown symbol", "invalid for parameter", "too large for parameter", "disagrees about version");

    private final ModuleRuntime runtime;
    private final LifePlan plan;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Set<String>> pinned = new HashMap<>();
    private final Deque<LiveModule> held = new ArrayDeque<>();
    private int initResult;
    private boolean hasRun;
    private int files;
    private int refused;

    LifeReplay(KernelProfile profile, KernelSymbols symbols, LifePlan plan) {
        this.plan = plan;
        this.runtime = ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(symbols)
                .executor(this::run)
                .build();
    }

    /** Stands in for a function of a module: its result is the kernel's, and of what it does, the references to modules. */
    private int run(LiveModule module, Address function) {
        boolean isInit = module.initFunction().filter(function::equals).isPresent();
        hasRun |= isInit;
        String target = PINNED.get(module.name());
        Optional<LiveModule> pin = Optional.ofNullable(target).flatMap(runtime::module);
        if (pin.isPresent() && (!isInit || initResult >= 0)) {
            Set<String> pins = pinned.computeIfAbsent(pin.get().name(), any -> new HashSet<>());
            if (isInit && pins.isEmpty()) {
                pin.get().acquire();
            }
            if (isInit) {
                pins.add(module.name());
            } else if (pins.remove(module.name()) && pins.isEmpty()) {
                pin.get().release();
            }
        }
        return isInit ? initResult : 0;
    }

    /** What differs, one line each. */
    List<String> faults() {
        return faults;
    }

    /** How many files were compared. */
    int files() {
        return files;
    }

    /** How many steps the kernel refused. */
    int refused() {
        return refused;
    }

    /** Carries out one step and compares what user space then reads with {@code state}. */
    void step(int number, LifePlan.Step step, LifeState state) {
        String where = "step " + number + " (" + step.kind() + " " + step.module() + " " + step.parameters() + "): ";
        initResult = -state.errno();
        hasRun = false;
        refused += state.errno() == 0 ? 0 : 1;
        int errno = 0;
        List<String> lines = List.of();
        String said = "";
        try {
            carryOut(step, state);
        } catch (InitException failed) {
            errno = -failed.result();
        } catch (ModrtException failure) {
            errno = failure.errno().number();
            lines = failure.kernelMessage().stream().flatMap(String::lines).toList();
            said = String.valueOf(failure.getMessage());
        }
        if (errno != state.errno() && step.kind() != LifePlan.Kind.HOLD) {
            faults.add(where + "the kernel answered " + state.errno() + ", modrt " + errno + ": " + said + " "
                    + state.log());
        }
        for (String line : lines) {
            if (!state.log().contains(line)) {
                faults.add(where + "the kernel did not log \"" + line + "\", but " + state.log());
            }
        }
        if (hasRun
                && state.errno() != 0
                && state.log().stream().anyMatch(line -> REFUSALS.stream().anyMatch(line::contains))) {
            faults.add(where + "the kernel refused what modrt did not: " + state.log());
        }
        compare(where, state);
    }

    private void carryOut(LifePlan.Step step, LifeState state) {
        switch (step.kind()) {
            case INSERT -> insert(plan.module(step.module()), step.parameters(), state);
            case REMOVE -> runtime.unload(step.module());
            case FORCE ->
                runtime.module(step.module())
                        .orElseThrow(() -> missing(step.module()))
                        .forceUnload();
            case HOLD -> hold(step.module(), state);
            case LET -> let();
        }
    }

    /** Opening a socket takes a reference for its operations and one for its protocol; where that fails, no module is there. */
    private void hold(String name, LifeState state) {
        int errno = Integer.parseInt(state.answer().split(" ")[2]);
        if (errno == 0) {
            LiveModule module = runtime.module(name).orElseThrow();
            module.acquire();
            module.acquire();
            held.push(module);
        }
    }

    private void let() {
        if (!held.isEmpty()) {
            LiveModule module = held.pop();
            module.release();
            module.release();
        }
    }

    private static StateException missing(String module) {
        return new StateException(io.modrt.error.Refusal.of(io.modrt.error.Errno.ENOENT, "not loaded")
                .at(module));
    }

    private void insert(ModuleFile file, String parameters, LifeState state) {
        LayoutPlan layout = runtime.plan(file, LoadPolicy.kernelExact());
        boolean isThere = state.errno() == 0 && !state.base(file.name()).isEmpty();
        Placement placement = isThere ? Placement.regions(bases(layout, state)) : Placement.allocated();
        try (PlacedModule placed = layout.place(placement)) {
            placed.resolve().relocate().commit(parameters);
        }
    }

    private static Map<RegionKind, Address> bases(LayoutPlan layout, LifeState state) {
        Map<String, String> seen = state.filesOf(layout.file().name());
        Map<RegionKind, Address> bases = new EnumMap<>(RegionKind.class);
        for (Region region : layout.regions()) {
            RegionKind kind = region.kind();
            if (kind == RegionKind.CORE || kind == RegionKind.TEXT) {
                bases.put(kind, Address.parse(state.base(layout.file().name())));
                continue;
            }
            for (Section section : layout.file().elf().sections()) {
                Optional<String> address = Optional.ofNullable(seen.get("sections/" + section.name()));
                if (address.isPresent()
                        && layout.region(section).filter(kind::equals).isPresent()) {
                    bases.put(
                            kind,
                            Address.parse(address.get().strip())
                                    .plus(-layout.regionOffset(section).orElseThrow()));
                    break;
                }
            }
        }
        return bases;
    }

    private void compare(String where, LifeState state) {
        expect(where + "/proc/modules", state.modules(), runtime.files().modules());
        for (LiveModule module : runtime.modules()) {
            Map<String, String> ours = new TreeMap<>();
            KernelFiles.sysModule(module).forEach(file -> ours.put(file.path(), file.text()));
            Map<String, String> theirs = state.filesOf(module.name());
            files += theirs.size();
            ours.replaceAll((path, text) -> isShownByCode(path, text) || CORRECTED.contains(module.name() + "/" + path)
                    ? theirs.getOrDefault(path, text)
                    : text);
            if (!ours.equals(theirs)) {
                theirs.forEach((path, text) -> {
                    if (!text.equals(ours.get(path))) {
                        faults.add(where + module.name() + "/" + path + ": " + shown(text) + ", modrt has "
                                + shown(String.valueOf(ours.get(path))));
                    }
                });
                ours.keySet().stream()
                        .filter(path -> !theirs.containsKey(path))
                        .forEach(path -> faults.add(where + module.name() + "/" + path + " is not there"));
            }
        }
        if (!state.symbols().isEmpty()) {
            expect(where + "/proc/kallsyms", state.symbols(), runtime.files().kallsyms());
        }
        long known = 0;
        long ours = 0;
        for (Map.Entry<Taint, Integer> bit : BITS.entrySet()) {
            known |= 1L << bit.getValue();
            ours |= runtime.taints().contains(bit.getKey()) ? 1L << bit.getValue() : 0;
        }
        if (state.tainted() != LifeState.UNKNOWN && (state.tainted() & known) != ours) {
            faults.add(where + "tainted " + (state.tainted() & known) + ", modrt has " + ours);
        }
    }

    /** Whether a file is of a parameter that code of the module's own shows, or that nobody may read. */
    private static boolean isShownByCode(String path, String text) {
        return path.startsWith("parameters/") && text.isEmpty();
    }

    private void expect(String what, String theirs, String ours) {
        files++;
        if (theirs.equals(ours)) {
            return;
        }
        List<String> lines = ours.lines().toList();
        int[] line = {0};
        theirs.lines().forEach(text -> {
            String other = line[0] < lines.size() ? lines.get(line[0]) : "(nothing)";
            line[0]++;
            if (!text.equals(other) && faults.size() < 200) {
                faults.add(what + ": " + text + ", modrt has " + other);
            }
        });
        if (line[0] < lines.size()) {
            faults.add(what + ": nothing more, modrt has " + lines.get(line[0]));
        }
    }

    private static String shown(String text) {
        return "\"" + text.replace("\n", "\\n") + "\"";
    }
}
