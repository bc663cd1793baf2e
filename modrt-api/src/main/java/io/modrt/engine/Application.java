package io.modrt.engine;

import io.modrt.findings.Findings;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Stub;
import java.nio.ByteOrder;
import io.modrt.spi.Stub;
import org.jspecify.annotations.Nullable;

/** One run over a module's relocations, in the kernel's order, with an image and an architecture's state of its own. */
final class Application {
    private final ElfFile elf;
    private final SectionLayout layout;
    private final ImageBytes image;
    private final ArchLoad load;
    private final ByteOrder codeOrder;
    private final Relocator relocator;

    Application(Resolved resolved, Findings findings, Relocator.@Nullable Observer observer) {
        Placed placed = resolved.placed();
        Planned plan = placed.plan();
        this.elf = plan.file().elf();
        this.layout = plan.layout();
        this.codeOrder = plan.target().kernel().codeOrder();
        this.image = ImageBytes.of(placed, placed.addresses(), codeOrder);
        this.load = plan.archPlan().begin(placed, resolved.values());
        this.relocator = new Relocator(resolved, load, findings, observer);
    }

    ImageBytes image() {
        return image;
    }

    ArchLoad load() {
        return load;
    }

    Relocator relocator() {
        return relocator;
    }

    /** Applies every section of relocations whose target is loaded, then writes the stubs that were used. */
    void applyAll() {
        for (RelocationSection relocations : elf.relocationSections()) {
            int section = relocations.target().index();
            if (layout.isLoaded(section)) {
                relocator.apply(relocations, image.section(section));
            }
        }
        for (Stub stub : load.stubs()) {
            image.putBytesAt(stub.address().value(), stub.code(codeOrder));
            stub.slot()
                    .ifPresent(slot -> image.putPointerAt(slot.value(), stub.target().value()));
        }
    }
}
