package io.modrt.testkit.assertions;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.load.LiveModule;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Assertions about the modules of a runtime. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RuntimeAssert {
    private final ModuleRuntime runtime;

    RuntimeAssert(ModuleRuntime runtime) {
        this.runtime = runtime;
    }

    /** Asserts that no module is loaded. */
    public RuntimeAssert hasNoModules() {
        if (!runtime.modules().isEmpty()) {
            throw Texts.failure("expected no modules, but there are" + described(), List.of(), names());
        }
        return this;
    }

    /** Asserts which modules are loaded, the most recent first as {@code /proc/modules} has them. */
    public RuntimeAssert hasModules(String... expected) {
        if (!List.of(expected).equals(names())) {
            boolean isOrder =
                    names().size() == expected.length && Set.copyOf(names()).equals(new HashSet<>(List.of(expected)));
            throw Texts.failure(
                    "expected the modules " + List.of(expected) + ", but "
                            + (names().isEmpty()
                                    ? "there are none"
                                    : "there are" + (isOrder ? ", in another order; the most recent comes first:" : "")
                                            + described()),
                    List.of(expected),
                    names());
        }
        return this;
    }

    /** Asserts that a module is loaded, and goes on with it. */
    public ModuleAssert hasModule(String name) {
        LiveModule module = runtime.module(name)
                .orElseThrow(() -> Texts.failure(
                        "expected the module " + name + ", but "
                                + (names().isEmpty() ? "there are none" : "there are" + described()),
                        name,
                        names()));
        return new ModuleAssert(ModuleView.of(module));
    }

    /** Asserts the address of a symbol of the kernel or of a module, exported or not. */
    public RuntimeAssert hasSymbolAt(String name, long expected) {
        Optional<Address> found = runtime.address(name);
        Optional<Address> wanted = Optional.of(Address.of(expected));
        if (!found.equals(wanted)) {
            throw Texts.failure(
                    "expected " + name + " at " + wanted.get() + ", but it is "
                            + found.map(address -> "at " + runtime.describe(address) + ", " + address)
                                    .orElse("not known"),
                    wanted,
                    found);
        }
        return this;
    }

    private List<String> names() {
        return runtime.modules().stream().map(LiveModule::name).toList();
    }

    private String described() {
        return described(runtime);
    }

    /** The modules, a line each. */
    static String described(ModuleRuntime runtime) {
        return runtime.modules().stream().map(RuntimeAssert::describe).collect(Collectors.joining());
    }

    private static String describe(LiveModule module) {
        List<String> users = module.users().stream().map(LiveModule::name).toList();
        int held = module.references() - users.size();
        return "\n  " + module
                + (users.isEmpty() ? "" : ", used by " + String.join(", ", users))
                + (held == 0 ? "" : ", held by " + Texts.count(held, "reference"))
                + (module.isPermanent() ? ", without an exit function" : "");
    }
}
