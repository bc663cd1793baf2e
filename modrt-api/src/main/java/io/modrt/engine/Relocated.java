package io.modrt.engine;

import io.modrt.Diagnostic;
import io.modrt.LiveModule;
import io.modrt.ModrtException;
import io.modrt.elf.Section;
import io.modrt.engine.finish.Finishing;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.layout.RegionKind;
import io.modrt.link.RelocatedModule;
import io.modrt.link.Relocation;
import io.modrt.link.Stub;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Finisher;
import java.util.List;
import java.util.stream.Stream;

/** A module's final bytes. */
final class Relocated implements RelocatedModule {
    private final Resolved resolved;
    private final ImageBytes image;
    private final List<Stub> stubs;
    private final Diagnostics diagnostics;

    private Relocated(Resolved resolved, ImageBytes image, List<Stub> stubs, Diagnostics diagnostics) {
        this.resolved = resolved;
        this.image = image;
        this.stubs = stubs;
        this.diagnostics = diagnostics;
    }

    /** Copies the file's sections to their places, applies all relocations, writes the stubs, finishes. */
    static Relocated of(Resolved resolved) {
        Diagnostics diagnostics = resolved.diagnostics().fork();
        Application application = new Application(resolved, diagnostics, null);
        application.applyAll();
        ArchLoad load = application.load();
        Target target = resolved.placed().plan().target();
        Finishing.finish(
                application.image(),
                target.tables(),
                resolved.values(),
                load.finishers().stream()
                        .map(finisher -> tolerant(finisher, diagnostics))
                        .toList(),
                target.ftrace(),
                diagnostics::add);
        return new Relocated(
                resolved, application.image(), List.copyOf(load.stubs().used()), diagnostics);
    }

    /** Under a best-effort policy a table that cannot be finished is left as far as it came. */
    private static Finisher tolerant(Finisher finisher, Diagnostics diagnostics) {
        return Finisher.of(finisher.name(), image -> {
            try {
                finisher.finish(image);
            } catch (ModrtException failure) {
                diagnostics.passOver(failure, diagnostics.module() + ": " + finisher.name());
            }
        });
    }

    ImageBytes image() {
        return image;
    }

    @Override
    public Resolved resolved() {
        return resolved;
    }

    @Override
    public byte[] bytes(RegionKind region) {
        return image.bytes(region).clone();
    }

    @Override
    public byte[] bytes(Section section) {
        return image.copyOf(section.index());
    }

    @Override
    public byte[] relocated(Section section) {
        return new Explanation(resolved).bytes(section);
    }

    @Override
    public Stream<Relocation> relocations() {
        return new Explanation(resolved).relocations().stream();
    }

    @Override
    public io.modrt.link.ReachReport reach() {
        return new Explanation(resolved).reach();
    }

    @Override
    public List<Stub> stubs() {
        return stubs;
    }

    @Override
    public List<Diagnostic> diagnostics() {
        return diagnostics.list();
    }

    /** What a commit may add to. */
    Diagnostics collected() {
        return diagnostics;
    }

    @Override
    public LiveModule commit() {
        return Live.commit(this);
    }
}
