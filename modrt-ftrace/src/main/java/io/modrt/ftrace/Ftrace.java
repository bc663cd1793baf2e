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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Function tracing of a runtime's modules, as the kernel's dynamic ftrace does it: each call site is off until a tracer wants it, and
 * then calls that tracer. The code of a site, and the order in which it is written, are the kernel's. Modules are followed as they come
 * and go, and init functions until their memory is freed; a traced module can be unloaded like any other.
 *
 * <p>A tracer is the address of a function that sites call with the convention of {@code _mcount}, or of what the architecture has in its
 * place; the documentation of this package says what it finds in registers. To get the very code that the kernel writes, give the
 * kernel's own entry. A site that several tracers want calls the {@linkplain #listFunction function that calls them all}.
 *
 * <p>Before a site is written, its code is compared with what it must be, which not every kernel does. A switch does all that it should,
 * or nothing. <b>What a running observer may see</b>: units of code are written one after the other, so another processor, or an
 * emulator that is not stopped, may run a site between two writes. Whether that is harmless depends on the kind of site and on the
 * kernel's order of writing; the documentation of this package names the kinds for which it is not: stop the target before you switch
 * those. A switch from one tracer to another goes through off, unless one aligned write does it.
 *
 * <p>Safe for use by several threads; switches take turns with each other and with loads and unloads. What the target's memory does
 * while it is written may read here, but not switch, load or unload: that is refused with EBUSY.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Ftrace implements AutoCloseable {
    private final ModuleRuntime runtime;
    private final Map<LiveModule, ModuleSites> modules = new LinkedHashMap<>();
    private final Follower follower = new Follower();
    private Wishes wishes = Wishes.NONE;
    private boolean isClosed;
    private boolean isSwitching;

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
     * Finds the call sites of the modules that are loaded, and of those that will be. Nothing is written. One {@code Ftrace} for a
     * runtime is enough: a second one may switch off what the first has switched on, and the first then refuses to switch.
     */
    public static Ftrace attach(ModuleRuntime runtime) {
        Ftrace ftrace = new Ftrace(runtime);
        runtime.listen(ftrace.follower);
        return ftrace;
    }

    private synchronized void arrive(LiveModule module) {
        if (!isClosed) {
            ModuleSites sites = new ModuleSites(module, runtime.memory());
            modules.put(module, sites);
            wishes = wishes.at(this::canonical); // why: the width of addresses is not known before a module is there
            runtime.exclusively(() -> switchTo(() -> wishes.arrived(sites)));
        }
    }

    private synchronized void dropInit(LiveModule module) {
        ModuleSites sites = modules.get(module);
        if (sites != null) {
            wishes = wishes.without(sites, sites.dropInit());
        }
    }

    private synchronized void forget(LiveModule module) {
        ModuleSites sites = modules.remove(module);
        if (sites != null) {
            wishes = wishes.without(sites);
        }
    }

    /** The call sites, in the order of {@link #available}. A new list. */
    public synchronized List<CallSite> sites() {
        List<CallSite> all = new ArrayList<>();
        modules.values().forEach(module -> all.addAll(module.all()));
        return all;
    }

    /** The call sites of one module, in ascending order; none if the module is gone. A new list. */
    public synchronized List<CallSite> sites(LiveModule module) {
        ModuleSites sites = modules.get(module);
        return sites == null ? List.of() : sites.all();
    }

    /** The address in the form that the kernel of the modules has; as given if there is no module. */
    private Address canonical(Address given) {
        return modules.keySet().stream()
                .findFirst()
                .map(module -> module.placed().plan().archKernel().canonical(given))
                .orElse(given);
    }

    /** The call site at this address. */
    public synchronized Optional<CallSite> site(Address address) {
        Address own = canonical(address);
        for (ModuleSites module : modules.values()) {
            int site = module.find(own);
            if (site >= 0) {
                return Optional.of(module.site(site));
            }
        }
        return Optional.empty();
    }

    /**
     * The lines of {@code available_filter_functions} for modules, without those for the kernel's own functions: module by module in the
     * order of loading, each in ascending order. Functions of the same name repeat, and so do sites that the table lists twice.
     */
    public synchronized List<String> available() {
        List<String> all = new ArrayList<>();
        modules.values().forEach(module -> module.addLines(all));
        return all;
    }

    /**
     * Sets the function that sites with more than one tracer call, as the kernel's sites call {@code ftrace_ops_list_func}: it calls all
     * tracers of the site.
     *
     * @throws PatchException if sites that have more than one tracer now cannot be switched to it; then nothing changes
     */
    public Ftrace listFunction(Address entry) {
        requireEntry(entry);
        return change(() -> wishes.withListFunction(canonical(entry)));
    }

    /**
     * Traces functions, besides those that the tracer traces already.
     *
     * @param filter which functions, in the grammar of {@link Filter}
     * @throws PatchException if the filter matches nothing, or a site cannot be switched; then nothing changes
     * @throws StateException with EBUSY if another tracer has a site, and there is no list function; then nothing changes
     */
    public Ftrace trace(String filter, Address tracer) {
        return trace(Filter.of(filter), tracer);
    }

    /** Traces functions, as {@link #trace(String, Address)} does. */
    public Ftrace trace(Filter filter, Address tracer) {
        return trace(
                tracer,
                selection -> filter.terms().isEmpty()
                        ? selection.all(modules.values())
                        : selection.filtered(modules.values(), filter));
    }

    /**
     * Traces the functions for which {@code wanted} holds, of modules to come as well; apart from that it does what
     * {@link #trace(String, Address)} does.
     */
    public Ftrace trace(Predicate<? super CallSite> wanted, Address tracer) {
        Objects.requireNonNull(wanted, "wanted");
        return trace(tracer, selection -> selection.where(modules.values(), wanted));
    }

    private Ftrace trace(Address tracer, UnaryOperator<Selection> change) {
        requireEntry(tracer);
        return change(() -> wishes.with(canonical(tracer), change));
    }

    private static void requireEntry(Address entry) {
        Objects.requireNonNull(entry, "entry");
        if (entry.value() == 0) {
            throw new IllegalArgumentException("no function starts at " + entry);
        }
    }

    /**
     * Traces nothing with this tracer any longer. Its sites go off, or to the other tracers that they have. Harmless for a tracer that
     * traces nothing.
     *
     * @throws PatchException if a site cannot be switched; then nothing changes
     */
    public Ftrace untrace(Address tracer) {
        return change(() -> wishes.without(canonical(tracer)));
    }

    /**
     * Puts another tracer in a tracer's place. Sites that go through a trampoline are not written: one aligned write of the trampoline's
     * literal does it for all.
     *
     * @throws PatchException if a site cannot be switched; then nothing changes
     * @throws StateException if {@code tracer} traces nothing, or {@code by} is a tracer already
     */
    public Ftrace replace(Address tracer, Address by) {
        requireEntry(by);
        return change(() -> wishes.replaced(canonical(tracer), canonical(by)));
    }

    /**
     * Sends one call site to {@code replacement}; its tracers wait until {@link #restore}. The replacement is called as a tracer is, and
     * decides whether it returns to the function. The kernel has nothing like it.
     *
     * @throws PatchException if the site cannot be switched; then nothing changes
     * @throws StateException with ENOENT if the site is gone
     */
    public Ftrace redirect(CallSite site, Address replacement) {
        requireEntry(replacement);
        return change(() -> redirected(site, canonical(replacement)));
    }

    /**
     * Undoes {@link #redirect}: the site goes to its tracers again.
     *
     * @throws PatchException if the site cannot be switched; then nothing changes
     * @throws StateException with ENOENT if the site is gone
     */
    public Ftrace restore(CallSite site) {
        return change(() -> redirected(site, null));
    }

    private Wishes redirected(CallSite site, @Nullable Address replacement) {
        ModuleSites module = modules.get(site.module());
        int index = module == null ? -1 : module.find(site.address());
        if (module == null || index < 0) {
            throw new StateException(Refusal.of(Errno.ENOENT, "is gone").at("call site " + site));
        }
        return wishes.redirected(module, index, replacement);
    }

    /**
     * Switches all sites from the present wishes to the next; if that fails, the present ones stay. The runtime's lock is taken before this
     * one, as it is where modules come and go.
     */
    private Ftrace change(Supplier<Wishes> next) {
        return runtime.exclusively(() -> {
            synchronized (this) {
                return switchTo(next);
            }
        });
    }

    /** Called under both locks. What the target's memory calls meanwhile can neither switch sites here nor load and unload modules. */
    private Ftrace switchTo(Supplier<Wishes> next) {
        if (isClosed) {
            throw new IllegalStateException("this Ftrace is closed; attach another one");
        }
        if (isSwitching) {
            throw new StateException(Refusal.of(
                    Errno.EBUSY,
                    "a switch of call sites is under way, and was called back from; switch when it has ended"));
        }
        isSwitching = true;
        try {
            Wishes wanted = next.get();
            Switch change = new Switch(runtime.memory());
            modules.values().forEach(module -> change.plan(module, wishes, wanted));
            change.run();
            wishes = wanted;
            return this;
        } finally {
            isSwitching = false;
        }
    }

    /** The trampolines in use, by module; modules that use none are left out. A new map. */
    public synchronized Map<LiveModule, List<Trampoline>> trampolines() {
        Map<LiveModule, List<Trampoline>> all = new LinkedHashMap<>();
        modules.forEach((module, sites) -> {
            List<Trampoline> inUse = sites.trampolines().inUse();
            if (!inUse.isEmpty()) {
                all.put(module, inUse);
            }
        });
        return all;
    }

    /**
     * Switches off all that was switched on here, and no longer follows the runtime's modules. From then on, methods that switch throw
     * {@link IllegalStateException}; closing again does nothing.
     *
     * @throws PatchException if a site cannot be switched; then nothing changes, and this Ftrace stays open
     */
    @Override
    public void close() {
        runtime.exclusively(() -> {
            synchronized (this) {
                if (!isClosed) {
                    switchTo(() -> Wishes.NONE);
                    isClosed = true;
                }
                return this;
            }
        });
        runtime.unlisten(follower);
    }
}
