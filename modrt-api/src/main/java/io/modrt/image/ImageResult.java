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

    /** What table and page say if the kernel itself was not looked at. */
    static final String KERNEL_NOT_COMPARED =
            "The kernel's own code was not compared: no vmlinux was given (MemoryImage.verifyKernel).";

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

        /** Whether it was compared, as far as that was possible without a problem. */
        boolean isCompared() {
            return problems.isEmpty() && verification.isPresent();
        }

        /** That in words. */
        String verdict() {
            boolean isWellButHidden = isCompared()
                    && verification
                            .filter(words -> words.isClean() && words.isComplete())
                            .isPresent()
                    && findings.stream()
                            .filter(Finding::isAlarm)
                            .allMatch(found -> found.kind() == Finding.Kind.HIDDEN);
            return isClean()
                    ? "clean"
                    : isWellButHidden
                            ? "hidden; its code is as loaded"
                            : verification.isEmpty() ? "not compared" : "not clean";
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

    /**
     * What was found, in lines: the verdict with its counts, the alarms, what was not compared, what is worth knowing, and each module that is
     * not clean. How many modules are clean, and how often freed memory was used again, is only counted; {@link #html} has all of it.
     */
    public String table() {
        return new ImageTable(this).text();
    }

    /** One HTML page that needs nothing else: what is wrong, an overview, and each module as a map. */
    public String html() {
        return new ImagePage(this).html();
    }

    /**
     * All of it as JSON, on one line. Addresses and words are strings such as {@code "0xc0120020"}, what is not known is {@code null}. It is an
     * object of
     *
     * <ul>
     *   <li>{@code clean}; {@code kernel}, its profile; {@code addresses}, how the kernel's addresses were found; {@code listHead};
     *   <li>{@code structModule}: of each field {@code offset}, {@code modules} (by how many it was found), {@code evidence};
     *   <li>{@code findings} of the kernel's lists and hooks: {@code kind}, {@code alarm}, {@code module}, {@code place}, {@code where},
     *       {@code target}, {@code text}, as in {@link Finding};
     *   <li>{@code kernelCompared}; {@code kernelText}, null if it was not: {@code clean}, {@code findings}, {@code words}, {@code sites},
     *       {@code unexplained}, as in a module;
     *   <li>{@code modules}: of each {@code name}, {@code clean}, {@code verdict} in words, {@code listed}, {@code state},
     *       {@code structModule}, {@code regions}, {@code sections}, {@code references}, {@code users}, {@code taints}, {@code parameters} as in
     *       {@link FoundModule}; {@code evidence} ({@code part}, {@code address}, {@code source}, {@code detail}); {@code problems}, why it was
     *       not compared; {@code findings}; and if it was compared {@code words} (how many have which reason), {@code sites} (how many are in
     *       which form) and {@code unexplained} ({@code address}, {@code area}, {@code symbol}, {@code expected}, {@code found}, {@code why}).
     * </ul>
     */
    public String toJson() {
        return new ImageJson().of(this);
    }
}
