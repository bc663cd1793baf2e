package io.modrt.engine.parameters;

import io.modrt.engine.parameters.Numbers.Refused;
import io.modrt.error.Errno;
import io.modrt.error.ParameterException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.parameters.Argument;
import io.modrt.parameters.ParameterType;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Diagnostic.Kind;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of one module to what a text says: {@code parse_args}. */
public final class ParameterText {
    private final String module;
    private final List<ModuleParameter> parameters;
    private final StringStore store;
    private final Consumer<Diagnostic> told;
    private final List<String> lines = new ArrayList<>();
    private final boolean goesOn;
    private @Nullable ParameterException last;
    private boolean hasUnsafe;

    /**
     * The parameters of {@code module}.
     *
     * @param profile of the kernel, which looks at the rest of a text whose beginning it refuses, or does not
     * @param told receives what the kernel ignores with a warning
     */
    public ParameterText(
            String module,
            List<ModuleParameter> parameters,
            KernelProfile profile,
            StringStore store,
            Consumer<Diagnostic> told) {
        this.module = module;
        this.goesOn = profile.has(LoaderChange.PARAMETERS_PARSED_ON);
        this.parameters = parameters;
        this.store = store;
        this.told = told;
    }

    /**
     * Sets what {@code text} says.
     *
     * @throws ParameterException with the errno and the lines of the kernel if values are refused; the last one decides
     */
    public void apply(String text) {
        Argument.Split split = Argument.split(text);
        for (Argument argument : split.arguments()) {
            set(argument);
            if (!goesOn && last != null) {
                break;
            }
        }
        ParameterException failure = last;
        if (failure != null) {
            throw failure;
        }
        split.rest()
                .filter(rest -> !rest.isEmpty())
                .ifPresent(rest -> warn("parameters '" + rest + "' after `--' ignored"));
    }

    /** Whether a parameter was set whose setting taints the kernel. */
    public boolean hasUnsafe() {
        return hasUnsafe;
    }

    private void warn(String what) {
        told.accept(new Diagnostic(Kind.KERNEL_WARNING, module, what));
        lines.add(module + ": " + what);
    }

    private void set(Argument argument) {
        Optional<ModuleParameter> parameter = parameters.stream()
                .filter(known -> argument.isFor(known.name()))
                .findFirst();
        if (parameter.isEmpty()) {
            if (!argument.name().equals("dyndbg") && !argument.name().equals("async_probe")) {
                warn("unknown parameter '" + argument.name() + "' ignored");
            }
            return;
        }
        if (!parameter.get().isKnown()) {
            told.accept(new Diagnostic(
                    Kind.NOT_CHECKED,
                    module,
                    "parameter " + argument.name() + " is set by code of the module's own, and was left as it is"));
            return;
        }
        try {
            if (parameter.get().isUnsafe()) {
                hasUnsafe = true;
                String line = "Setting dangerous option " + parameter.get().name() + " - tainting kernel";
                told.accept(new Diagnostic(Kind.KERNEL_WARNING, module, line));
                lines.add(line);
            }
            parameter.get().set(argument.value(), store);
        } catch (Refused refused) {
            last = refuse(argument, parameter.get(), refused);
        }
    }

    /** A value in the kernel's line: it splits an array's in place, so of a refused one only the first element is left. */
    private static String shown(ModuleParameter parameter, Argument argument) {
        String value = argument.value().orElse("");
        int comma = parameter.type() == ParameterType.ARRAY ? value.indexOf(',') : -1;
        return comma < 0 ? value : value.substring(0, comma);
    }

    private ParameterException refuse(Argument argument, ModuleParameter parameter, Refused refused) {
        boolean isTooLarge = refused.errno() == Errno.ENOSPC;
        String line = module + ": `" + shown(parameter, argument) + "' " + (isTooLarge ? "too large" : "invalid")
                + " for parameter `" + argument.name() + "'";
        if (!refused.line().isEmpty()) {
            lines.add(refused.line());
        }
        lines.add(line);
        return new ParameterException(
                Refusal.of(refused.errno(), line.substring(module.length() + 2))
                        .wayOut("it takes " + parameter.takes())
                        .logged(lines.toArray(String[]::new))
                        .at(module),
                argument.name());
    }
}
