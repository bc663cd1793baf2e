package io.modrt.ftrace;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Function tracing of a runtime's modules, as the kernel's dynamic ftrace has it: each call site is off until a tracer wants it, and
 * then calls that tracer, by the words that the kernel writes and in its order. Modules are followed as they come and go, init
 * functions until their memory is freed; a traced module is unloaded like any other.
 *
 * <p>A tracer is the entry of a function with {@code _mcount}'s convention, or what the architecture has in its place; the package's
 * page tells what it finds in registers. Who wants the kernel's words gives the kernel's entry. Where several tracers want one site,
 * it calls {@link #listFunction the function that calls them all}.
 *
 * <p>Before a site is written its words are compared with what they must be (MIPS kernels do not look). A switch does all that it
 * should or nothing. <b>What a running observer may see</b>: one word changes after the other, so another processor, or an emulator
 * that is not stopped, may run a site between two writes. That is harmless by the kernel's order of words for long calls on MIPS, and
 * for PA-RISC's entries while nobody runs their nops; a short call on o32 ({@code jal} and its delay slot) has no order in which it
 * is: stop the target first. A switch from one tracer to another goes through off unless one aligned write does it.
 *
 * <p>Safe for use by several threads; switches take turns.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Ftrace implements AutoCloseable {
    private final ModuleRuntime runtime;
    private final Map<LiveModule, ModuleSites> modules = new LinkedHashMap<>();
    private final Map<Address, Tracer> tracers = new LinkedHashMap<>();
    private final Map<ModuleSites, Map<Integer, Long>> redirections = new HashMap<>();
    private final Follower follower = new Follower();
    private @Nullable Address list;
    private boolean isClosed;

    private final class Follower implements ModuleListener {
        @Override
        public void coming(LiveModule module) {
            arrive(module);
        }

        @Override
        public void initDropped(LiveModule module) {
            dropInit(module);
        }

        @Override
        public void going(LiveModule module) {
            forget(module);
        }
    }

    private Ftrace(ModuleRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * Finds the call sites of the modules that are loaded, and of those that will be. Nothing is written. One {@code Ftrace} a runtime
     * is enough: a second one takes what the first has switched on for a state that it may change, and the first then refuses to switch.
     */
    public static Ftrace attach(ModuleRuntime runtime) {
        Ftrace ftrace = new Ftrace(runtime);
        runtime.listen(ftrace.follower);
        return ftrace;
    }

    private synchronized void arrive(LiveModule module) {
        ModuleSites sites = new ModuleSites(module, runtime.memory());
        modules.put(module, sites);
        Map<Address, Tracer> next = new LinkedHashMap<>();
        tracers.forEach((address, tracer) -> next.put(address, tracer.copy(address)));
        next.values().forEach(tracer -> tracer.arrived(sites));
        switchTo(next, redirections);
    }

    private synchronized void dropInit(LiveModule module) {
        ModuleSites sites = modules.get(module);
        if (sites != null) {
            BitSet dropped = sites.dropInit();
            tracers.values().forEach(tracer -> tracer.forget(sites, dropped));
            dropped.stream().forEach(redirections.getOrDefault(sites, new HashMap<>())::remove);
        }
    }

    private synchronized void forget(LiveModule module) {
        ModuleSites sites = modules.remove(module);
        if (sites != null) {
            tracers.values().forEach(tracer -> tracer.forget(sites));
            redirections.remove(sites);
        }
    }

    /** The call sites, in the order of {@link #available}. A new list. */
    public synchronized List<CallSite> sites() {
        List<CallSite> all = new ArrayList<>();
        modules.values().forEach(module -> addSites(module, all));
        return all;
    }

    /** The call sites of one module, ascending; none of one that is gone. A new list. */
    public synchronized List<CallSite> sites(LiveModule module) {
        List<CallSite> all = new ArrayList<>();
        ModuleSites sites = modules.get(module);
        if (sites != null) {
            addSites(sites, all);
        }
        return all;
    }

    private static void addSites(ModuleSites module, List<CallSite> all) {
        for (int i = 0; i < module.count(); i++) {
            if (!module.isGone(i)) {
                all.add(module.site(i));
            }
        }
    }

    /** The call site at this address. */
    public synchronized Optional<CallSite> site(Address address) {
        return modules.values().stream()
                .filter(module -> module.find(address) >= 0)
                .findFirst()
                .map(module -> module.site(module.find(address)));
    }

    /**
     * The lines of {@code available_filter_functions}, without the kernel's own: module by module in the order of loading, ascending.
     * Functions of the same name, and sites that the table lists twice, repeat.
     */
    public synchronized List<String> available() {
        return sites().stream().map(CallSite::line).toList();
    }

    /**
     * The entry of the function that calls all tracers of a site, for sites with more than one.
     *
     * @throws PatchException where sites that have more than one now cannot be switched to it
     */
    public synchronized Ftrace listFunction(Address entry) {
        Address before = list;
        list = entry;
        try {
            switchTo(tracers, redirections);
        } catch (RuntimeException failure) {
            list = before;
            throw failure;
        }
        return this;
    }

    /**
     * Traces functions; a tracer that traces others already goes on.
     *
     * @param filter which, as {@link Filter} has it
     * @throws PatchException where the filter matches nothing, or a site cannot be switched; then nothing changes
     * @throws StateException with EBUSY where another tracer has a site, and there is no list function
     */
    public Ftrace trace(String filter, Address tracer) {
        return trace(Filter.of(filter), tracer);
    }

    /** Traces functions, as {@link #trace(String, Address)} does. */
    public synchronized Ftrace trace(Filter filter, Address tracer) {
        Tracer changed = changed(tracer);
        if (filter.terms().isEmpty()) {
            changed.addAll(modules.values());
        } else {
            changed.take(modules.values(), filter);
        }
        return switchTo(changed);
    }

    /** Traces the functions that {@code wanted} holds for, of modules to come as well; otherwise as {@link #trace(String, Address)}. */
    public synchronized Ftrace trace(Predicate<? super CallSite> wanted, Address tracer) {
        Tracer changed = changed(tracer);
        changed.add(modules.values(), wanted);
        return switchTo(changed);
    }

    private Tracer changed(Address tracer) {
        requireEntry(tracer);
        Tracer known = tracers.get(tracer);
        return known == null ? new Tracer(tracer) : known.copy(tracer);
    }

    private static void requireEntry(Address entry) {
        Objects.requireNonNull(entry, "tracer");
        if (entry.value() == 0 || !entry.isAligned(Integer.BYTES)) {
            throw new IllegalArgumentException(entry + " is no entry of a function");
        }
    }

    private Ftrace switchTo(Tracer changed) {
        Map<Address, Tracer> next = new LinkedHashMap<>(tracers);
        next.put(changed.address(), changed);
        return switchTo(next, redirections);
    }

    /**
     * A tracer's functions go untraced, or to the other tracers that they have. Harmless for one that traces nothing.
     *
     * @throws PatchException where a site cannot be switched; then nothing changes
     */
    public synchronized Ftrace untrace(Address tracer) {
        Map<Address, Tracer> next = new LinkedHashMap<>(tracers);
        next.remove(tracer);
        return switchTo(next, redirections);
    }

    /**
     * Another entry takes a tracer's place. Sites that reach it through a trampoline are not written: one aligned write of the
     * trampoline's literal does it.
     *
     * @throws PatchException where a site cannot be switched; then nothing changes
     */
    public synchronized Ftrace replace(Address tracer, Address by) {
        requireEntry(by);
        Tracer known = tracers.get(tracer);
        if (known == null || tracers.containsKey(by)) {
            throw new StateException(Refusal.of(
                            known == null ? Errno.ENOENT : Errno.EEXIST,
                            known == null
                                    ? "traces nothing"
                                    : "cannot give its functions to " + by + ", a tracer already")
                    .at("tracer " + tracer));
        }
        Map<Address, Tracer> next = new LinkedHashMap<>(tracers);
        next.remove(tracer);
        next.put(by, known.copy(by));
        return switchTo(next, redirections);
    }

    /**
     * Sends one function's call site to {@code replacement} instead of its tracers, which wait. The kernel has no such thing: it is
     * entered as a tracer is, and decides itself whether it returns to the function.
     *
     * @throws PatchException where the site cannot be switched; then nothing changes
     */
    public synchronized Ftrace redirect(CallSite site, Address replacement) {
        requireEntry(replacement);
        return redirect(site, Optional.of(replacement));
    }

    /**
     * Undoes {@link #redirect}: the site is its tracers' again.
     *
     * @throws PatchException where the site cannot be switched; then nothing changes
     */
    public synchronized Ftrace restore(CallSite site) {
        return redirect(site, Optional.empty());
    }

    private Ftrace redirect(CallSite site, Optional<Address> replacement) {
        ModuleSites module = modules.get(site.module());
        int index = module == null ? -1 : module.find(site.address());
        if (module == null || index < 0) {
            throw new StateException(Refusal.of(Errno.ENOENT, "is gone").at("call site " + site));
        }
        Map<ModuleSites, Map<Integer, Long>> next = new HashMap<>(redirections);
        Map<Integer, Long> ofModule = new HashMap<>(next.getOrDefault(module, Map.of()));
        replacement.ifPresentOrElse(
                to -> ofModule.put(module.first(index), to.value()), () -> ofModule.remove(module.first(index)));
        next.put(module, ofModule);
        return switchTo(tracers, next);
    }

    /** Switches every site whose tracers or redirection change. */
    private Ftrace switchTo(Map<Address, Tracer> next, Map<ModuleSites, Map<Integer, Long>> nextRedirections) {
        if (isClosed) {
            throw new IllegalStateException("this Ftrace is closed; attach another one");
        }
        Switch change = null;
        for (ModuleSites module : modules.values()) {
            BitSet touched = touched(module, tracers.values(), redirections);
            touched.or(touched(module, next.values(), nextRedirections));
            if (!touched.isEmpty()) {
                if (change == null) {
                    change = new Switch(
                            runtime.memory(), module.module().file().elf().isBigEndian());
                }
                change.plan(module, touched, targets(module, next.values(), nextRedirections));
            }
        }
        if (change != null) {
            change.run();
        }
        Map<Address, Tracer> kept = new LinkedHashMap<>(next);
        kept.values().removeIf(Tracer::isIdle);
        tracers.clear();
        tracers.putAll(kept);
        Map<ModuleSites, Map<Integer, Long>> redirected = new HashMap<>(nextRedirections);
        redirections.clear();
        redirections.putAll(redirected);
        return this;
    }

    /** The sites that go anywhere. */
    private static BitSet touched(
            ModuleSites module, Collection<Tracer> tracers, Map<ModuleSites, Map<Integer, Long>> redirections) {
        BitSet touched = new BitSet();
        tracers.forEach(tracer -> touched.or(tracer.of(module)));
        redirections.getOrDefault(module, Map.of()).keySet().forEach(touched::set);
        return touched;
    }

    private Switch.Targets targets(
            ModuleSites module, Collection<Tracer> tracers, Map<ModuleSites, Map<Integer, Long>> redirections) {
        BitSet[] chosen = tracers.stream().map(tracer -> tracer.of(module)).toArray(BitSet[]::new);
        long[] addresses =
                tracers.stream().mapToLong(tracer -> tracer.address().value()).toArray();
        Map<Integer, Long> redirected = redirections.getOrDefault(module, Map.of());
        return site -> {
            Long replacement = redirected.isEmpty() ? null : redirected.get(site);
            if (replacement != null) {
                return replacement;
            }
            long target = 0;
            for (int i = 0; i < chosen.length; i++) {
                if (chosen[i].get(site)) {
                    if (target != 0) {
                        return listOf(module, site);
                    }
                    target = addresses[i];
                }
            }
            return target;
        };
    }

    private long listOf(ModuleSites module, int site) {
        Address entry = list;
        if (entry == null) {
            throw new StateException(Refusal.of(
                            Errno.EBUSY,
                            "would have two tracers; untrace one, or give the function that calls several (listFunction)")
                    .at(module.site(site).toString()));
        }
        return entry.value();
    }

    /** The trampolines in use, module by module; modules that use none are left out. A new map. */
    public synchronized Map<LiveModule, List<Trampoline>> trampolines() {
        Map<LiveModule, List<Trampoline>> all = new LinkedHashMap<>();
        modules.forEach((module, sites) -> {
            if (!sites.trampolines().inUse().isEmpty()) {
                all.put(module, sites.trampolines().inUse());
            }
        });
        return all;
    }

    /**
     * Switches all off that was switched on here, and follows the runtime's modules no longer. What switches throws
     * {@link IllegalStateException} from then on; closing again does nothing.
     *
     * @throws PatchException where a site cannot be switched; then nothing changes, and it still follows
     */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            switchTo(Map.of(), Map.of());
            isClosed = true;
        }
        runtime.unlisten(follower);
    }
}
