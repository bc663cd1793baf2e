package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.image.Finding;
import io.modrt.image.FoundModule;
import io.modrt.image.ImageFile;
import io.modrt.image.ImageResult;
import io.modrt.image.ImageResult.ModuleResult;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.module.ModuleFile;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code image TAG}: takes an image of a live kernel's memory, and finds and verifies its modules from the image alone. */
final class ImageCommand {
    private static final int SHOWN = 12;

    private final LiveKernel kernel;
    private final Path folder;
    private final Path reports;
    private final long seed;
    private final PrintStream out;

    /**
     * @param folder where the image is: {@code memory.raw}, with {@code 1.dump}, what the guest says of itself
     * @param reports the folder for pages
     */
    ImageCommand(LiveKernel kernel, Path folder, Path reports, long seed, PrintStream out) {
        this.kernel = kernel;
        this.folder = folder;
        this.reports = reports;
        this.seed = seed;
        this.out = out;
    }

    /** Runs the command; returns whether every module was found where it is, and is clean. */
    boolean run() throws IOException {
        KernelDump guest = KernelDump.read(folder.resolve("1.dump"));
        Path elf = folder.resolve("memory.elf");
        boolean isWell = true;
        try (ImageFile file = open()) {
            isWell &= check(file, guest);
        }
        if (Files.exists(elf)) {
            try (ImageFile file = ImageFile.open(elf)) {
                isWell &= check(file, guest);
            }
        }
        return isWell;
    }

    private ImageFile open() throws IOException {
        long base = kernel.tag().startsWith("arm64") ? 0x4000_0000L : 0;
        return ImageFile.flat(folder.resolve("memory.raw"), Address.of(base), ImageFile.Addressing.PHYSICAL);
    }

    private MemoryImage image(ImageFile file, KernelDump guest) throws IOException {
        return builder(guest).memory(file).build();
    }

    private MemoryImage.Builder builder(KernelDump guest) throws IOException {
        KernelDump own = guest.kernel().isEmpty() ? KernelDump.read(folder.resolve("kernel.dump")) : guest;
        MemoryImage.Builder builder = MemoryImage.builder()
                .symbols(KernelSymbols.kallsyms(own.symbols()))
                .tree(ModuleTree.open(kernel.tree()));
        Path vmlinux = vmlinux(guest);
        return Files.exists(vmlinux) ? builder.moreSymbols(KernelSymbols.vmlinux(vmlinux)) : builder;
    }

    private boolean check(ImageFile file, KernelDump guest) throws IOException {
        out.println(file);
        long start = System.nanoTime();
        MemoryImage image = image(file, guest);
        out.println("kernel's addresses: " + image.evidence());
        long opened = System.nanoTime();
        ImageResult result = image.verify();
        long end = System.nanoTime();
        out.println("struct module: " + result.shape());
        out.println("list of modules: "
                + result.listHead().map(Object::toString).orElse("no head") + ", "
                + result.kernelFindings());
        ImageTruth truth = new ImageTruth(guest);
        for (ModuleResult module : result.modules()) {
            tell(module);
        }
        List<String> faults =
                truth.faults(result.modules().stream().map(ModuleResult::module).toList());
        faults.addAll(truth.missedHooks(result.findings().toList()));
        guest.hooks().forEach(hook -> out.println("  guest: " + hook));
        faults.stream().limit(40).forEach(fault -> out.println("  FAILED " + fault));
        long words = result.modules().stream()
                .flatMap(module -> module.verification().stream())
                .mapToLong(verification -> verification.words())
                .sum();
        long problems = result.modules().stream()
                .filter(module -> !module.problems().isEmpty())
                .filter(module -> !module.module().name().equals(HidingModule.NAME)) // which the tree does not have
                .count();
        long alarms = result.findings()
                .filter(Finding::isAlarm)
                .filter(finding -> !truth.isExpected(finding))
                .count();
        out.printf(
                "conformance: image of %d MB, %d modules of %d, hidden %s, %d sections, %d words, unexplained %d, alarms %d,"
                        + " problems %d, faults %d; opened in %.1f s, verified in %.1f s%n",
                file.sizeBytes() >> 20,
                result.modules().size(),
                guest.modules().size() + (truth.hidden().isEmpty() ? 0 : 1),
                truth.hidden(),
                truth.sections(),
                words,
                result.unexplained(),
                alarms,
                problems,
                faults.size(),
                (opened - start) / 1e9,
                (end - opened) / 1e9);
        Optional<KernelInImage> own = kernelIn(guest);
        boolean isKernelWell = checkKernel(own, file, guest, image);
        writePage(own.map(KernelInImage::result).map(result::withKernel).orElse(result));
        boolean isWell = faults.isEmpty() && result.unexplained() == 0 && alarms == 0 && problems == 0;
        boolean isPlaced = new PlacementsInImage(image, guest, out)
                .check(
                        result.modules().stream().map(ModuleResult::module).toList(),
                        module -> wiped(file, guest, image, module));
        return isWell && isKernelWell && isPlaced && tamper(file, guest, image, result);
    }

    private MemoryImage wiped(ImageFile file, KernelDump guest, MemoryImage image, FoundModule module) {
        PatchedMemory memory = new PatchedMemory(file);
        long sizeBytes =
                module.file().flatMap(ModuleFile::thisModule).orElseThrow().sizeBytes();
        for (long at = 0; at < sizeBytes; at++) {
            image.physical(module.structModule().plus(at)).ifPresent(place -> memory.write(place, new byte[1]));
        }
        try {
            return builder(guest)
                    .memory(memory, file.ranges(), file.addressing())
                    .build();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void writePage(ImageResult result) throws IOException {
        Files.createDirectories(reports);
        Path page = reports.resolve(kernel.tag() + ".html");
        Files.writeString(page, result.html());
        Files.writeString(reports.resolve(kernel.tag() + ".json"), result.toJson());
        out.println("see " + page);
    }

    /** The check of the kernel itself, where its {@code vmlinux} is there: of kernels that were built here. */
    private Optional<KernelInImage> kernelIn(KernelDump guest) throws IOException {
        Path vmlinux = vmlinux(guest);
        // why: alternatives of AArch64 kernels are not read
        if (!Files.exists(vmlinux) || kernel.tag().startsWith("arm64")) {
            out.println("no vmlinux to compare the kernel itself with");
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(vmlinux);
        return Optional.of(new KernelInImage(ElfFile.view("vmlinux", bytes, bytes.length), out));
    }

    private boolean checkKernel(Optional<KernelInImage> own, ImageFile file, KernelDump guest, MemoryImage image)
            throws IOException {
        MemoryImage.Builder builder = builder(guest);
        return own.isEmpty()
                || own.get()
                        .check(
                                file,
                                image,
                                memory -> builder.memory(memory, file.ranges(), file.addressing())
                                        .build());
    }

    private Path vmlinux(KernelDump guest) {
        return kernel.tree().resolve("../../../boot/vmlinux-" + guest.release());
    }

    /** Makes changes as rootkits do, one at a time; whether each was reported by kind, place and target. */
    private boolean tamper(ImageFile file, KernelDump guest, MemoryImage image, ImageResult clean) throws IOException {
        SymbolMap all = KernelSymbols.kallsyms(guest.symbols());
        Map<String, SymbolMap> symbols = new HashMap<>();
        guest.modules().forEach(module -> symbols.put(module.name(), all.ownedBy(module.name())));
        List<FoundModule> modules =
                clean.modules().stream().map(ModuleResult::module).toList();
        Optional<Address> tracer = clean.kernelFindings().stream()
                .filter(finding -> finding.kind() == Finding.Kind.TRACER)
                .flatMap(finding -> finding.place().stream())
                .findFirst();
        List<FoundModule> hidden =
                modules.stream().filter(module -> !module.isListed()).toList();
        modules = modules.stream()
                .filter(module -> module.file().isPresent() && module.isListed())
                .toList();
        Set<Finding> usual = clean.findings().collect(Collectors.toSet());
        int made = 0;
        int reported = 0;
        for (Rootkit.Step step : new Rootkit(image, modules, hidden, tracer, guest, symbols, seed).steps()) {
            PatchedMemory memory = new PatchedMemory(file);
            Optional<Rootkit.Change> change = step.apply(memory);
            if (change.isEmpty()) {
                out.println("  no place for a change");
                continue;
            }
            made++;
            ImageResult result = builder(guest)
                    .memory(memory, file.ranges(), file.addressing())
                    .build()
                    .verify();
            List<Finding> news = result.findings()
                    .filter(finding -> !usual.contains(finding))
                    .toList();
            boolean isTold = news.stream().anyMatch(finding -> isOf(change.get(), finding));
            reported += isTold ? 1 : 0;
            out.println("  " + (isTold ? "reported " : "NOT REPORTED ")
                    + change.get().what());
            news.stream().limit(3).forEach(finding -> out.println("    " + finding));
        }
        out.println("conformance: " + made + " changes as rootkits make them, reported " + reported);
        return made == reported && made > 0;
    }

    private static boolean isOf(Rootkit.Change change, Finding finding) {
        boolean isThere = finding.place()
                .filter(place -> Math.abs(place.minus(change.at())) < Math.max(16, change.sizeBytes()))
                .isPresent();
        return isThere
                && change.kinds().contains(finding.kind())
                && finding.toString().contains(change.told());
    }

    private void tell(ModuleResult module) {
        FoundModule found = module.module();
        module.problems().forEach(problem -> out.println("  PROBLEM " + found.name() + ": " + problem));
        module.findings().stream().limit(SHOWN).forEach(finding -> out.println("  " + finding));
        module.verification().ifPresent(verification -> {
            if (!verification.isClean()) {
                out.println("  " + verification);
                verification.differences().stream()
                        .limit(SHOWN)
                        .forEach(difference -> out.println("    " + difference));
            }
        });
    }
}
