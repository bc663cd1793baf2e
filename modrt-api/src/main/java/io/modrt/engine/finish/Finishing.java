package io.modrt.engine.finish;

import io.modrt.engine.layout.ImageBytes;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Finisher;
import io.modrt.spi.TracingSites;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All that the kernel does to a module's bytes between relocation and its init function, in the kernel's order. */
public final class Finishing {

    private Finishing() {}

    /**
     * The steps that finish a relocated module; each is for {@code image} alone.
     *
     * @param shapes the architecture's tables
     * @param values the final value of each symbol
     * @param finishers what the architecture does by itself, in its order
     * @param tracing the architecture's call sites
     * @param told takes what is out of the ordinary and harmless
     */
    public static List<Finisher> steps(
            ImageBytes image,
            TableShapes shapes,
            SymbolValues values,
            List<Finisher> finishers,
            TracingSites tracing,
            Consumer<Diagnostic> told) {
        List<Finisher> steps = new ArrayList<>();
        steps.add(Finisher.of(
                "exception table", module -> ExceptionTableOrder.sort(image, shapes.exceptionTable(), told)));
        steps.add(Finisher.of("kallsyms", module -> KallsymsTables.fill(image, values)));
        steps.addAll(finishers);
        steps.add(Finisher.of("function tracing", module -> FtraceTable.finish(image, tracing, told)));
        steps.add(Finisher.of("jump table", module -> JumpTable.finish(image, shapes.jumpTable(), told)));
        return steps;
    }
}
