package io.modrt.image;

import io.modrt.error.ModrtException;
import io.modrt.image.ImageModules.Entry;
import io.modrt.image.ImageResult.ModuleResult;
import io.modrt.image.MemoryImage.Progress;
import io.modrt.load.RelocatedModule;
import io.modrt.patch.PatchSite;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One check of all modules of an image. */
final class ImageCheck {
    private final MemoryImage image;
    private final Consumer<Progress> told;
    private final ImageModules modules;
    private final Places places;
    private final ModuleParameters parameters;
    private final HookFindings hooks;
    private final AtomicInteger done = new AtomicInteger();
    private @Nullable OtherMachines machines;

    ImageCheck(MemoryImage image, Consumer<Progress> told) {
        this.image = image;
        this.told = told;
        this.modules = image.observe(told);
        this.places = new Places(image, modules);
        this.parameters = new ModuleParameters(image);
        this.hooks = new HookFindings(image, places);
    }

    ImageResult result() {
        List<Entry> entries = modules.entries();
        ModuleFacts facts = new ModuleFacts(image, modules);
        CompletableFuture<List<Finding>> names = CompletableFuture.supplyAsync(() -> new KernelNames(image).findings());
        List<ModuleResult> results = IntStream.range(0, entries.size())
                .parallel()
                .mapToObj(i -> check(entries.get(i), facts))
                .toList();
        List<Finding> findings = new ArrayList<>();
        modules.chain()
                .faults()
                .forEach(fault -> findings.add(new Finding(Finding.Kind.LIST, "", Optional.empty(), "", "", fault)));
        findings.addAll(hooks.ofKernel());
        findings.addAll(names.join());
        return new ImageResult(
                image.profile(),
                image.evidence(),
                modules.shape(),
                modules.chain().head(),
                results,
                findings,
                Optional.empty());
    }

    private ModuleResult check(Entry entry, ModuleFacts facts) {
        FoundModule module = facts.of(entry);
        List<Finding> findings = new ArrayList<>();
        Optional<VerificationResult> result = Optional.empty();
        try {
            result = entry.relocated().map(relocated -> verify(entry, relocated, findings));
        } catch (ModrtException failure) {
            entry.problems().add(String.valueOf(failure.getMessage()));
        }
        if (!entry.isListed()) {
            findings.add(new Finding(
                    Finding.Kind.HIDDEN,
                    module.name(),
                    Optional.of(module.structModule()),
                    "struct module",
                    "",
                    "the module is not on the kernel's list" + code(result, entry, findings)));
        }
        synchronized (told) {
            told.accept(new Progress(
                    "verified",
                    module.name(),
                    done.incrementAndGet(),
                    modules.entries().size()));
        }
        return new ModuleResult(module, result, entry.problems(), findings);
    }

    /** What is known of a hidden module's words beside that the module is hidden. */
    private static String code(Optional<VerificationResult> result, Entry entry, List<Finding> findings) {
        if (result.isEmpty()) {
            return "; it was not compared";
        }
        boolean isChanged = !result.get().isClean() || findings.stream().anyMatch(Finding::isAlarm);
        return isChanged
                ? "; it was changed, too"
                : entry.problems().isEmpty() && result.get().isComplete() ? "; its code is as loaded" : "";
    }

    private VerificationResult verify(Entry entry, RelocatedModule relocated, List<Finding> findings) {
        Verification verification = Verification.of(relocated);
        verification = entry.isInitGone() ? verification.withoutInit() : verification;
        VerificationResult result = verification.run(image.memory());
        if (!result.isClean()) {
            for (PatchSite site : hooks.sites(relocated)) {
                verification = verification.withSite(site);
            }
            result = verification.run(image.memory());
        }
        if (!result.isClean()) {
            for (PatchSite site : machines().sites(entry, relocated)) {
                verification = verification.withSite(site);
            }
            result = verification.run(image.memory());
        }
        findings.addAll(new ModuleFindings(image, places, parameters, entry, relocated).of(result));
        findings.addAll(hooks.of(entry, result));
        return result;
    }

    /** The machines that the kernel may be on, made when a module is the first to need them. */
    private synchronized OtherMachines machines() {
        OtherMachines known = machines;
        if (known == null) {
            known = new OtherMachines(image);
            machines = known;
        }
        return known;
    }
}
