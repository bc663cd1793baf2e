package io.modrt.engine.relocation;

import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SectionBytes;
import io.modrt.engine.layout.SectionLayout;
import io.modrt.findings.Findings;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.PlacedSections;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run over a module's relocations in the kernel's order, with its own image and its own state of the architecture. */
public final class Application {
    private final ElfFile elf;
    private final SectionLayout layout;
    private final Supplier<ImageBytes> unrelocated;
    private @Nullable ImageBytes image;
    private final ArchLoad load;
    private final Relocator relocator;
    private int stubs;

    Application(Linkage linkage, Findings findings, @Nullable RelocationObserver observer) {
        PlacedSections placed = linkage.placed();
        this.elf = linkage.elf();
        this.layout = linkage.layout();
        this.unrelocated = () -> ImageBytes.of(
                placed, linkage.addresses(), linkage.kernel().kernel().codeOrder());
        this.load = placed.archPlan().begin(placed, linkage.symbolValues());
        this.relocator = new Relocator(linkage, load, findings, observer);
    }

    /** The bytes. They are made when they are first asked for: sections that are not loaded are relocated without them. */
    public ImageBytes image() {
        ImageBytes known = image;
        if (known == null) {
            known = unrelocated.get();
            image = known;
        }
        return known;
    }

    ArchLoad load() {
        return load;
    }

    /** How many stubs were written. */
    public int stubs() {
        return stubs;
    }

    /** Applies all relocations of {@code linkage} and runs the kernel's steps after them; faults are reported to {@code findings}. */
    public static Application finished(Linkage linkage, Findings findings) {
        Application application = new Application(linkage, findings, null);
        application.applyAll();
        Finish.of(linkage, application, findings).run();
        return application;
    }

    Relocator relocator() {
        return relocator;
    }

    /** Applies every relocation section whose target is loaded, then writes the stubs that were made. */
    void applyAll() {
        SectionBytes bytes = null;
        for (RelocationSection relocations : elf.relocationSections()) {
            int section = relocations.section().info();
            if (layout.isLoaded(section)) {
                bytes = image().section(section, bytes);
                relocator.apply(relocations, bytes);
            }
        }
        stubs = load.writeStubs(image());
    }
}
