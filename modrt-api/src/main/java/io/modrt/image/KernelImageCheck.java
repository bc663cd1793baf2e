package io.modrt.image;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.image.ChangedWords.Branch;
import io.modrt.image.Finding.Kind;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.load.LayoutPlan;
import io.modrt.patch.PatchSite;
import io.modrt.policy.LoadPolicy;
import io.modrt.verify.KernelVerification;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One check of the kernel's own code and constants in an image. */
final class KernelImageCheck {
    /** The kernel in findings, beside modules. */
    private static final String NAME = "vmlinux";

    private static final int MOST = 1000;

    private final MemoryImage image;
    private final ElfFile vmlinux;
    private final KernelSymbols symbols;

    KernelImageCheck(MemoryImage image, ElfFile vmlinux) {
        this.image = image;
        this.vmlinux = vmlinux;
        SymbolTable table = vmlinux.symbolTable().orElseGet(() -> SymbolTable.none(vmlinux));
        this.symbols = image.symbols().or(name -> {
            int index = table.indexOf(name);
            return index == SymbolTable.NONE || table.rawSectionIndex(index) == Symbol.SHN_UNDEF
                    ? Optional.empty()
                    : Optional.of(KernelSymbol.of(name, image.arch().canonical(Address.of(table.value(index)))));
        });
    }

    KernelResult result() {
        LayoutPlan plan = plan(image.profile());
        KernelVerification verification = KernelVerification.of(vmlinux, plan.archKernel(), plan.profile());
        for (MachineFacts fact : plan.archKernel().undecided(symbols)) {
            KernelProfile other =
                    plan.profile().withMachine(plan.profile().machine().with(fact));
            verification = verification.orOn(plan(other).archKernel(), words(fact));
        }
        VerificationResult result = verification.run(image.memory());
        if (result.isClean()) {
            return new KernelResult(result, List.of());
        }
        Places places = new Places(image, image.observe(told -> {}));
        KernelVerification linked = verification;
        for (PatchSite site : new HookFindings(image, places).sites(linked::expected)) {
            verification = verification.withSite(site);
        }
        result = verification.run(image.memory());
        return new KernelResult(result, findings(places, linked, result));
    }

    private static String words(MachineFacts fact) {
        return fact.features().isEmpty() ? fact.toString() : String.join(" and ", fact.features());
    }

    /** The plan of any module, whose architecture knows of the machine what the image tells. */
    private LayoutPlan plan(KernelProfile profile) {
        return ModuleRuntime.builder()
                .profile(profile)
                .kernelSymbols(symbols)
                .kernelMemory(image.kernelMemory())
                .build()
                .plan(image.sample(), LoadPolicy.kernelExact());
    }

    private List<Finding> findings(Places places, KernelVerification verification, VerificationResult result) {
        ChangedWords changed = new ChangedWords(image, places, verification::expected);
        List<Finding> findings = new ArrayList<>();
        changed.changes(result.differences()).stream()
                .limit(MOST)
                .forEach(change -> findings.add(finding(changed, change)));
        return findings;
    }

    private Finding finding(ChangedWords changed, List<Difference> change) {
        Difference first = change.get(0);
        String section = ChangedWords.section(first);
        boolean isCode = vmlinux.section(section).filter(Section::isExecutable).isPresent();
        Optional<String> table = isCode ? changed.functionPointer(first) : Optional.empty();
        Optional<Branch> branch = isCode && table.isEmpty() ? changed.branch(change) : Optional.empty();
        Optional<String> target = isCode ? table.or(() -> branch.map(Branch::target)) : changed.pointer(first);
        Kind kind;
        String text;
        if (first.why().startsWith("function tracing")) {
            kind = Kind.TRACING;
            text = "a call site of the function tracer was changed";
        } else if (first.why().startsWith("jump label")) {
            kind = Kind.STATIC_BRANCH;
            text = "a static branch was changed";
        } else if (isCode && table.isEmpty()) {
            kind = target.isPresent() ? Kind.BRANCH : Kind.CODE;
            text = ChangedWords.text(change, branch);
        } else if (section.startsWith("__ksymtab") || section.startsWith("__kcrctab")) {
            kind = Kind.EXPORT;
            text = "an export was changed";
        } else {
            kind = target.isPresent() ? Kind.POINTER : Kind.DATA;
            text = target.isPresent() ? "a pointer was changed" : "data that nobody writes to was changed";
        }
        String where = first.area() + first.symbol().map(symbol -> " " + symbol).orElse("");
        return new Finding(kind, NAME, Optional.of(first.address()), where, target.orElse(""), text);
    }
}
