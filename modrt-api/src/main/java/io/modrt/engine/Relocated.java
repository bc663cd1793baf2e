package io.modrt.engine;

import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.relocation.Application;
import io.modrt.export.ElfExport;
import io.modrt.findings.Findings;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.link.Rewrite;
import io.modrt.load.LiveModule;
import io.modrt.load.RelocatedModule;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Stub;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A module's final bytes. */
final class Relocated implements RelocatedModule {
    private final Resolved resolved;
    /** The final bytes; null after they were given away. */
    private volatile @Nullable ImageBytes image;

    private final int stubCount;
    private final Findings findings;

    private Relocated(Resolved resolved, ImageBytes image, int stubCount, Findings findings) {
        this.resolved = resolved;
        this.image = image;
        this.stubCount = stubCount;
        this.findings = findings;
    }

    /** Copies the file's sections to their places, applies all relocations, writes the stubs and runs the steps that follow. */
    static Relocated of(Resolved resolved) {
        Findings findings = resolved.findings().fork();
        Application application = Application.finished(resolved.linkage(), findings);
        return new Relocated(resolved, application.image(), application.stubs(), findings);
    }

    /** The final bytes. They are made again if they were given away. */
    ImageBytes image() {
        ImageBytes known = image;
        if (known == null) {
            known = Application.finished(resolved.linkage(), resolved.findings().fork())
                    .image();
            image = known;
        }
        return known;
    }

    /** The final bytes, for a memory that may keep them and change them. */
    ImageBytes giveImage() {
        ImageBytes given = image();
        image = null;
        return given;
    }

    @Override
    public Resolved resolved() {
        return resolved;
    }

    @Override
    public byte[] bytes(RegionKind region) {
        return image().bytes(Objects.requireNonNull(region, "region")).clone();
    }

    @Override
    public byte[] bytes(Section section) {
        resolved.placed().plan().requireOwn(section);
        return image().copyOf(section.index());
    }

    @Override
    public byte[] relocated(Section section) {
        resolved.placed().plan().requireOwn(section);
        return resolved.explanation().bytes(section);
    }

    @Override
    public Stream<Relocation> relocations() {
        return resolved.explanation().relocations().stream();
    }

    @Override
    public List<Rewrite> rewrites() {
        return resolved.explanation().rewrites();
    }

    @Override
    public io.modrt.link.ReachReport reach() {
        return resolved.explanation().reach();
    }

    @Override
    public List<Stub> stubs() {
        return stubCount == 0 ? List.of() : resolved.explanation().stubs();
    }

    /** How many stubs were made. */
    int stubCount() {
        return stubCount;
    }

    @Override
    public List<Diagnostic> diagnostics() {
        return findings.list();
    }

    /** The findings, to which a commit may add. */
    Findings collected() {
        return findings;
    }

    @Override
    public byte[] toElf() {
        return ElfExport.of(this);
    }

    @Override
    public LiveModule commit(String parameters) {
        return Live.commit(this, Objects.requireNonNull(parameters, "parameters"));
    }

    @Override
    public String toString() {
        return resolved.placed() + ", relocated, " + stubCount + " stubs";
    }
}
