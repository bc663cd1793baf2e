package io.modrt.engine;

import io.modrt.address.AddressRange;
import io.modrt.bytes.ByteName;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.resolution.ExportIndex;
import io.modrt.error.Errno;
import io.modrt.error.LayoutException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolQuery;
import io.modrt.layout.RegionKind;
import io.modrt.load.ModuleListener;
import io.modrt.load.ModuleState;
import io.modrt.module.ExportList;
import java.util.ArrayList;
import java.util.List;

/** Commits a module: writes it to memory, lists it and asks the listeners. If any of this fails, all of it is undone. */
final class Arrival {
    private final Kernel kernel;
    private final Live module;
    private final Relocated relocated;
    private final String arguments;
    private final ExportList exports;
    private final SymbolQuery ofKernel;
    private final List<ModuleListener> told = new ArrayList<>();
    private boolean isProtected;

    /** {@code arguments} are the text that sets its parameters. */
    Arrival(Kernel kernel, Live module, Relocated relocated, String arguments) {
        this.kernel = kernel;
        this.module = module;
        this.relocated = relocated;
        this.arguments = arguments;
        this.exports = module.exportsInFile();
        this.ofKernel = new SymbolQuery(exports.size());
        for (int i = 0; i < exports.size(); i++) {
            ofKernel.add(exports.array(), exports.nameStart(i));
        }
        ofKernel.ask(module.placed().plan().target().symbols()); // why: the source is not asked under the kernel's lock
    }

    /** Commits it; called under the kernel's lock. */
    void complete() {
        Placed placed = module.placed();
        placed.requireOpen();
        kernel.choice().beginCommit(placed.plan().target(), module.name());
        try {
            check();
            write(placed);
        } finally {
            kernel.choice().endCommit();
        }
        module.life().start();
    }

    private void check() {
        kernel.requireAbsent(module.name());
        module.resolved().uses().forEach(used -> kernel.requireUsable(used, module.name()));
        requireNewExports();
        requireFreePlace();
    }

    private void write(Placed placed) {
        RegionWrites writes = new RegionWrites(kernel.memory());
        ImageBytes image = relocated.giveImage();
        boolean listed = false;
        try {
            for (RegionKind kind : placed.plan().layout().regions()) {
                AddressRange range = placed.range(kind).orElseThrow();
                boolean fresh = placed.reservations().isFresh(kind);
                writes.write(kind, range, image.bytes(kind), fresh);
            }
            isProtected = true;
            placed.protect(kernel.memory(), false);
            module.life().become(ModuleState.COMING);
            listed = true;
            kernel.list().add(module);
            for (ModuleListener listener : kernel.listeners()) {
                told.add(listener);
                listener.coming(module);
            }
            module.set(arguments);
            kernel.taint(relocated.collected().taints());
            placed.handOver();
        } catch (RuntimeException | Error failure) {
            goBack(failure, writes, listed);
            throw failure;
        }
    }

    /** Undoes all of it, whatever callbacks raise meanwhile. */
    private void goBack(Throwable failure, RegionWrites writes, boolean listed) {
        Failures failures = new Failures();
        module.life().become(ModuleState.GOING);
        told.forEach(listener -> failures.guard(() -> listener.going(module)));
        if (listed) {
            kernel.list().remove(module);
        }
        module.life().become(ModuleState.UNLOADED);
        if (isProtected) {
            for (RegionKind kind : module.placed().plan().layout().regions()) {
                failures.guard(() -> module.placed().unprotect(kernel.memory(), kind));
            }
        }
        failures.addTo(failure);
        writes.undo(failure);
    }

    /** Checks that no other module lies there. An allocator keeps modules apart, but the caller may have named the places. */
    private void requireFreePlace() {
        for (RegionKind kind : module.placed().plan().layout().regions()) {
            AddressRange range = module.placed().range(kind).orElseThrow();
            kernel.list().occupant(range).ifPresent(other -> {
                throw new LayoutException(
                        Refusal.beyondKernel("region " + kind + " at " + range + " overlaps memory of " + other.name()
                                        + "; place it elsewhere, or unload that module first")
                                .at(module.name()));
            });
        }
    }

    /**
     * Checks that no loaded module and not the kernel exports a name of this module: {@code verify_exported_symbols}. A symbol of the
     * kernel is known to be exported if the source says so, or if it has a CRC.
     */
    private void requireNewExports() {
        ExportIndex<Live> ofModules = kernel.list().exports();
        ByteName name = new ByteName();
        for (int i = 0; i < exports.size(); i++) {
            ExportIndex.Offer<Live> other =
                    ofModules.isEmpty() ? null : ofModules.find(name.moveTo(exports.array(), exports.nameStart(i)));
            for (; other != null; other = other.next()) {
                refuseSecond(module.exports().get(i), other.owner().name());
            }
            // why: a symbol map also has names that the kernel does not export
            if (!ofKernel.isOpen(i)
                    && ofKernel.answer(i)
                            .filter(known ->
                                    known.kind().isExported() || known.crc().isPresent())
                            .isPresent()) {
                refuseSecond(module.exports().get(i), "kernel");
            }
        }
    }

    private void refuseSecond(KernelSymbol symbol, String owner) {
        relocated
                .collected()
                .broken(
                        Rule.DUPLICATE_EXPORT,
                        Refusal.of(Errno.ENOEXEC, "exports " + symbol.name() + ", which " + owner + " exports already")
                                .logged(module.name() + ": exports duplicate symbol " + symbol.name() + " (owned by "
                                        + owner + ")"));
    }
}
