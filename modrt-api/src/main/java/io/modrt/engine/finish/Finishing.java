package io.modrt.engine.finish;

import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.kernel.ConfigOption;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Finisher;
import io.modrt.spi.SectionImage;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** All changes that the kernel makes to a module's bytes between relocation and the module's init function, in the kernel's order. */
public final class Finishing {
    private Finishing() {}

    /**
     * The steps that finish a relocated module; each works on {@code image} alone.
     *
     * @param shapes the shapes of the architecture's tables
     * @param values the final value of each symbol
     * @param finishers the architecture's own steps, in its order
     * @param tracing the architecture's call sites
     * @param report takes diagnostics of malformed tables and sites
     */
    public static List<Finisher> steps(
            ImageBytes image,
            TableShapes shapes,
            SymbolValues values,
            List<Finisher> finishers,
            TracingSites tracing,
            Consumer<Diagnostic> report) {
        List<Finisher> steps = new ArrayList<>();
        reportMisplacedStruct(image, report);
        reportReadOnlyStruct(image, report);
        reportNamelessParameters(image, report);
        steps.add(Finisher.of(
                "exception table", module -> ExceptionTableOrder.sort(image, shapes.exceptionTable(), report)));
        steps.add(Finisher.of("kallsyms", module -> KallsymsTables.fill(image, values)));
        steps.addAll(finishers);
        steps.add(Finisher.of("function tracing", module -> FtraceTable.finish(image, tracing, report)));
        steps.add(Finisher.of("jump table", module -> JumpTable.finish(image, shapes.jumpTable(), report)));
        return steps;
    }

    /** The section that becomes {@code struct module}, as it is laid out. */
    private static Optional<Section> thisModule(ImageBytes image) {
        SectionLayout layout = image.layout();
        return layout.file()
                .thisModule()
                .filter(section -> layout.isLoaded(section.index()))
                .map(section -> layout.section(section.index()));
    }

    /** Reports a {@code struct module} that is not aligned: the kernel's atomic operations on its reference count fault. */
    private static void reportMisplacedStruct(ImageBytes image, Consumer<Diagnostic> report) {
        thisModule(image)
                .filter(module -> image.address(module.index()) % image.wordBytes() != 0)
                .ifPresent(module -> report.accept(new Diagnostic(
                        Diagnostic.Kind.KERNEL_CRASH,
                        module.where(),
                        "struct module at 0x" + Long.toHexString(image.address(module.index())) + " is not aligned to "
                                + image.wordBytes() + " bytes")));
    }

    /** Reports a {@code struct module} in memory that the kernel has made read-only when it writes the module's state. */
    private static void reportReadOnlyStruct(ImageBytes image, Consumer<Diagnostic> report) {
        thisModule(image)
                .filter(section ->
                        !section.isWritable() && image.layout().profile().has(ConfigOption.STRICT_MODULE_RWX))
                .ifPresent(section -> report.accept(new Diagnostic(
                        Diagnostic.Kind.KERNEL_CRASH,
                        section.where(),
                        "struct module has no SHF_WRITE, so STRICT_MODULE_RWX makes it read-only")));
    }

    /**
     * Reports parameters without a name in the module, where the kernel reads it. Only the first is looked at, since the size of an entry
     * depends on the kernel and its first word does not.
     */
    private static void reportNamelessParameters(ImageBytes image, Consumer<Diagnostic> report) {
        Optional<SectionImage> section = image.section("__param");
        if (section.isEmpty() || section.get().section().sizeBytes() < image.wordBytes()) {
            return;
        }
        long name = image.pointerAt(image.address(section.get().section().index()));
        if (!image.holds(name, 1)) {
            report.accept(new Diagnostic(
                    Diagnostic.Kind.KERNEL_CRASH,
                    section.get().section().where(),
                    "the first parameter's name would be at 0x" + Long.toHexString(name) + ", outside the module"));
        }
    }
}
