package io.modrt;

import io.modrt.error.Errno;
import io.modrt.error.ModrtException;
import io.modrt.error.Refusal;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import io.modrt.tree.Insertion;
import io.modrt.tree.Modprobe;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One load of a module by its name, with what it needs. */
final class NamedLoad {
    private static final Logger LOG = LoggerFactory.getLogger(NamedLoad.class);

    private final ModuleRuntime kernel;
    private final Optional<Modprobe> modprobe;
    private final List<LiveModule> came = new ArrayList<>();

    NamedLoad(ModuleRuntime kernel, Optional<Modprobe> modprobe) {
        this.kernel = kernel;
        this.modprobe = modprobe;
    }

    LiveModule load(String name) {
        Modprobe names = modprobe.orElseThrow(
                () -> new StateException(
                        Refusal.beyondKernel(
                                        "module \"" + name + "\" cannot be found by its name: the runtime has no tree")
                                .wayOut(
                                        "give the builder one: modprobe(Modprobe.of(ModuleTree.open(folder), ModprobeConfig.none()))")));
        for (Insertion step : names.insertions(name)) {
            try {
                take(step);
            } catch (ModrtException | UncheckedIOException refused) {
                if (step.isRequired()) {
                    unload(refused);
                    throw refused;
                }
                LOG.atDebug() // why: modprobe goes on without a soft dependency
                        .addKeyValue("module", step.module())
                        .addKeyValue("why", refused.getMessage())
                        .log("soft dependency passed over");
            }
        }
        return names.resolve(name).stream()
                .flatMap(module -> kernel.module(module).stream())
                .findFirst()
                .orElseThrow(() -> new StateException(Refusal.of(
                        Errno.ENOENT,
                        "\"" + name
                                + "\" means no module that can be loaded: it is built into the kernel, blacklisted, or"
                                + " has no file")));
    }

    private void take(Insertion step) {
        if (step.kind() == Insertion.Kind.COMMAND) {
            throw new StateException(Refusal.of(
                            Errno.EOPNOTSUPP,
                            "module \"" + step.module() + "\" has an install command, and modrt runs no commands: "
                                    + step.text())
                    .wayOut("load its file, or use a configuration without the command"));
        }
        if (step.file().isPresent() && kernel.module(step.module()).isEmpty()) {
            came.add(kernel.load(step.file().get(), step.text()));
        }
    }

    private void unload(RuntimeException refused) {
        for (int i = came.size() - 1; i >= 0; i--) {
            try {
                came.get(i).unload();
            } catch (ModrtException stays) {
                refused.addSuppressed(stays); // another load uses it by now
            }
        }
    }
}
