package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.InitException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.load.Executor;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModuleState;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * One module's life after its bytes are in memory: {@code do_init_module}, the references to it, and {@code delete_module}. All changes are
 * made under the kernel's lock; readers take none.
 */
final class Life {
    private final Kernel kernel;
    private final Live module;
    private final EntryPoints functions;
    private final CopyOnWriteArrayList<Live> users = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Diagnostic> remarks = new CopyOnWriteArrayList<>();
    private volatile ModuleState state = ModuleState.UNFORMED;
    private final AtomicInteger acquired = new AtomicInteger();
    private volatile boolean initDropped;

    Life(Kernel kernel, Live module, EntryPoints functions) {
        this.kernel = kernel;
        this.module = module;
        this.functions = functions;
    }

    ModuleState state() {
        return state;
    }

    EntryPoints functions() {
        return functions;
    }

    /** The users, the most recent first. */
    List<Live> users() {
        return users;
    }

    /** How many references {@link #acquire} has taken. */
    int acquired() {
        return acquired.get();
    }

    /** Whether its init memory was freed. */
    boolean isInitDropped() {
        return initDropped;
    }

    /** What was found after the load. */
    List<Diagnostic> remarks() {
        return remarks;
    }

    void become(ModuleState next) {
        state = next;
    }

    void addUser(Live user) {
        users.add(0, user);
    }

    void removeUser(Live user) {
        users.remove(user);
    }

    /** Runs the constructors and the init function, if somebody can run them; otherwise the module stays loaded. */
    void start() {
        Executor executor = kernel.executor();
        if (executor == null) {
            state = ModuleState.LOADED;
            return;
        }
        int result;
        try {
            functions.constructors().forEach(constructor -> executor.call(module, constructor));
            result = functions.init().map(init -> executor.call(module, init)).orElse(0);
        } catch (RuntimeException | Error failure) {
            takeAway(failure);
            throw failure;
        }
        finish(result);
    }

    /** Takes the result of an init function that the embedder has run. */
    void initialized(int result) {
        switch (state) {
            case LOADED -> finish(result);
            case LIVE -> {} // why: a second call has no effect
            default ->
                throw new StateException(
                        Refusal.of(Errno.EBUSY, "is " + state + ", so the result of its init function is not awaited")
                                .at(module.name()));
        }
    }

    private void finish(int result) {
        if (result < 0) {
            InitException failure = new InitException(
                    Refusal.of(Errno.ofShared(-result), "its init function returned " + result)
                            .at(module.name()),
                    result);
            takeAway(failure);
            throw failure;
        }
        if (result > 0) {
            String function = module.placed().plan().profile().has(LoaderChange.INIT_IN_A_FUNCTION)
                    ? "do_init_module"
                    : "sys_init_module";
            remarks.add(new Diagnostic(
                    Diagnostic.Kind.KERNEL_WARNING,
                    module.name(),
                    function + ": '" + module.name() + "'->init suspiciously returned " + result
                            + ", it should follow 0/-E convention\n" + function + ": loading module anyway..."));
        }
        state = ModuleState.LIVE;
        Failures failures = new Failures();
        kernel.listeners().forEach(listener -> failures.guard(() -> listener.live(module)));
        initDropped = true;
        failures.guard(() -> module.placed().protect(kernel.memory(), true));
        for (RegionKind kind : RegionKind.values()) {
            if (kind.isInit()) {
                clear(kind, failures);
                kernel.list().vacate(module, kind);
                failures.guard(() -> module.placed().reservations().release(kind));
            }
        }
        kernel.listeners().forEach(listener -> failures.guard(() -> listener.initDropped(module)));
        failures.rethrow();
    }

    /** Takes the module away after its init function failed: {@code fail_free_freeinit}. What else fails then is added to {@code failure}. */
    private void takeAway(Throwable failure) {
        Failures failures = new Failures();
        leave(failures);
        failures.addTo(failure);
    }

    /** Takes the protection off a region that is given back, and wipes it. */
    private void clear(RegionKind kind, Failures failures) {
        failures.guard(() -> module.placed().unprotect(kernel.memory(), kind));
        module.placed()
                .range(kind)
                .ifPresent(range -> failures.guard(() -> RegionWrites.wipe(kernel.memory(), kind, range)));
    }

    /** Takes a reference: {@code try_module_get}. */
    void acquire() {
        if (state == ModuleState.GOING || state == ModuleState.UNLOADED) {
            throw new StateException(Refusal.of(Errno.ENOENT, "is " + state + " and cannot be held any more")
                    .at(module.name()));
        }
        acquired.incrementAndGet();
    }

    /** Gives a reference back: {@code module_put}. */
    void release() {
        if (acquired.get() == 0) {
            throw new IllegalStateException(module.name() + ": no reference is held that could be released");
        }
        acquired.decrementAndGet();
    }

    /** Raises an exception if no other module can be bound to this one. */
    void requireUsable(String user, String symbol) {
        if (state == ModuleState.UNFORMED || state == ModuleState.COMING) {
            kernel.changes().await();
        }
        ModuleState now = state;
        if (now == ModuleState.UNFORMED || now == ModuleState.COMING) {
            throw new StateException(
                    Refusal.of(Errno.EBUSY, "uses " + symbol + " of " + module.name() + ", whose init has not returned")
                            .logged(
                                    user + ": gave up waiting for init of module " + module.name() + ".",
                                    user + ": Unknown symbol " + symbol + " (err -" + Errno.EBUSY.number() + ")")
                            .at(user));
        }
        if (!now.isUsable()) {
            throw new StateException(
                    Refusal.of(Errno.ENOENT, "uses " + symbol + " of " + module.name() + ", which is " + now)
                            .logged(user + ": Unknown symbol " + symbol + " (err -" + Errno.ENOENT.number() + ")")
                            .at(user));
        }
    }

    /** Unloads the module: {@code delete_module}, with or without {@code O_TRUNC}. */
    void unload(boolean isForced) {
        if (state == ModuleState.UNLOADED) {
            return;
        }
        boolean force = isForced && module.placed().plan().profile().has(ConfigOption.MODULE_FORCE_UNLOAD);
        if (!users.isEmpty()) {
            throw refuse(
                    Errno.EWOULDBLOCK,
                    "is in use by " + users.stream().map(LiveModule::name).collect(Collectors.joining(", "))
                            + "; unload the users first");
        }
        if (!state.isUsable()) {
            throw refuse(Errno.EBUSY, "is " + state + " and cannot be unloaded now");
        }
        if (functions.isPermanent()) {
            requireForce(force, Errno.EBUSY, "has an init function and no exit function, so the kernel keeps it");
        }
        int held = acquired.get();
        if (held > 0) {
            requireForce(
                    force,
                    Errno.EWOULDBLOCK,
                    held + (held == 1 ? " reference to it is" : " references to it are") + " held; release them first");
        }
        remove();
    }

    private StateException refuse(Errno errno, String what) {
        return new StateException(Refusal.of(errno, what).at(module.name()));
    }

    private void requireForce(boolean force, Errno errno, String what) {
        if (!force) {
            throw refuse(errno, what);
        }
        kernel.taint(EnumSet.of(Taint.FORCED_UNLOAD));
    }

    /** Unloads the module even if the kernel would keep it. No module may use this one. */
    void remove() {
        if (state == ModuleState.GOING || state == ModuleState.UNLOADED) { // why: a listener may unload other modules
            return;
        }
        Failures failures = new Failures();
        boolean wasLive = state == ModuleState.LIVE;
        state = ModuleState.GOING;
        Executor executor = kernel.executor();
        if (wasLive && executor != null) {
            functions.exit().ifPresent(exit -> failures.guard(() -> executor.call(module, exit)));
        }
        leave(failures);
        failures.rethrow();
    }

    private void leave(Failures failures) {
        state = ModuleState.GOING;
        for (ModuleListener listener : kernel.listeners()) {
            failures.guard(() -> listener.going(module));
        }
        for (RegionKind kind : module.placed().plan().layout().regions()) {
            if (!initDropped || !kind.isInit()) {
                clear(kind, failures);
            }
        }
        for (AddressRange text : module.placed().reservations().texts()) {
            failures.guard(() -> kernel.memory().wipe(text));
        }
        kernel.list().remove(module);
        failures.guard(module.placed().reservations()::close);
        state = ModuleState.UNLOADED;
    }
}
