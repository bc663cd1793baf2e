package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.verify.VerificationResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * What was found in an image.
 *
 * @param profile the kernel
 * @param evidence how its addresses were found
 * @param shape where the fields of its {@code struct module} are
 * @param listHead where its list of modules begins; empty if that was not found
 * @param modules its modules, those on the list first
 * @param kernelFindings what is wrong with the kernel's lists, and who hooked it
 * @param kernel what was found of the kernel's own code and constants; empty if that was not looked at
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ImageResult(
        KernelProfile profile,
        String evidence,
        StructModuleShape shape,
        Optional<Address> listHead,
        List<ModuleResult> modules,
        List<Finding> kernelFindings,
        Optional<KernelResult> kernel) {

    /** Copies the lists. */
    public ImageResult {
        modules = List.copyOf(modules);
        kernelFindings = List.copyOf(kernelFindings);
    }

    /** The same with what {@link MemoryImage#verifyKernel} found, which {@link #html} and {@link #toJson} then have too. */
    public ImageResult withKernel(KernelResult found) {
        return new ImageResult(profile, evidence, shape, listHead, modules, kernelFindings, Optional.of(found));
    }

    /**
     * What was found of one module.
     *
     * @param module the module
     * @param verification each of its words with its reason; empty if it could not be compared
     * @param problems why it could not be compared, or not wholly
     * @param findings what is wrong with it, and what is worth knowing
     */
    public record ModuleResult(
            FoundModule module,
            Optional<VerificationResult> verification,
            List<String> problems,
            List<Finding> findings) {

        /** Copies the lists. */
        public ModuleResult {
            problems = List.copyOf(problems);
            findings = List.copyOf(findings);
        }

        /** Whether it was compared, and nothing is wrong with it. */
        public boolean isClean() {
            return problems.isEmpty()
                    && verification.filter(VerificationResult::isClean).isPresent()
                    && findings.stream().noneMatch(Finding::isAlarm);
        }
    }

    /** Whether every module was compared, and nothing is wrong with any of them, with their list, or with the kernel if that was looked at. */
    public boolean isClean() {
        return kernel.stream().allMatch(KernelResult::isClean)
                && kernelFindings.stream().noneMatch(Finding::isAlarm)
                && modules.stream().allMatch(ModuleResult::isClean);
    }

    /** All findings: the kernel's, then those of each module. */
    public Stream<Finding> findings() {
        Stream<Finding> own = kernel.stream().flatMap(result -> result.findings().stream());
        Stream<Finding> ofModules = modules.stream().flatMap(module -> module.findings().stream());
        return Stream.of(kernelFindings.stream(), own, ofModules).flatMap(findings -> findings);
    }

    /** The number of unexplained words of all modules, and of the kernel if that was looked at. */
    public long unexplained() {
        Stream<VerificationResult> own = kernel.stream().map(KernelResult::verification);
        return Stream.concat(own, modules.stream().flatMap(module -> module.verification().stream()))
                .mapToLong(verification -> verification.differences().size())
                .sum();
    }

    /** A table with a line for the kernel, if that was looked at, and for each module, and what was found below it. */
    public String table() {
        StringBuilder text = new StringBuilder();
        kernel.ifPresent(result -> text.append(result.isClean() ? "clean      " : "NOT CLEAN  ")
                .append(result.verification())
                .append('\n'));
        for (ModuleResult result : modules) {
            text.append(result.isClean() ? "clean      " : "NOT CLEAN  ")
                    .append(result.module())
                    .append('\n');
            result.problems()
                    .forEach(problem ->
                            text.append("    not compared: ").append(problem).append('\n'));
        }
        findings().forEach(finding -> text.append(finding).append('\n'));
        return text.toString();
    }

    /** One HTML page that needs nothing else: what is wrong, an overview, and each module as a map. */
    public String html() {
        return new ImagePage(this).html();
    }

    /** All of it as JSON; addresses are strings. */
    public String toJson() {
        return new ImageJson().of(this);
    }
}
