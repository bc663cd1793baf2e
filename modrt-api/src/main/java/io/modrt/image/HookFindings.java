package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.image.ChangedWords.Loaded;
import io.modrt.image.Finding.Kind;
import io.modrt.image.ImageModules.Entry;
import io.modrt.image.KernelHooks.Kprobe;
import io.modrt.image.KernelHooks.Tracer;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.verify.VerificationResult;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Says who traces functions and who has kprobes, and explains the words that those change. */
final class HookFindings {
    private static final String TRACED = "function tracing: on";
    /** Where the kernel's entries of the function tracer call whoever traces: a nop, as linked. */
    private static final List<String> TRACER_CALLS =
            List.of("ftrace_call", "ftrace_regs_call", "ftrace_graph_call", "ftrace_graph_regs_call");

    private final MemoryImage image;
    private final Places places;
    private final KernelHooks hooks;
    private final Map<Address, Kprobe> kprobes;

    HookFindings(MemoryImage image, Places places) {
        this.image = image;
        this.places = places;
        this.hooks = new KernelHooks(image);
        this.kprobes = hooks.kprobes();
    }

    /** The words of a module that kprobes replace, each if the kprobe has saved the word that was loaded. */
    List<PatchSite> sites(RelocatedModule relocated) {
        return sites((at, length) -> loaded(relocated, at));
    }

    /** The words of the kernel's own code that kprobes replace, and those that call tracers. */
    List<PatchSite> sites(Loaded linked) {
        List<PatchSite> sites = kprobeSites(linked);
        for (String name : TRACER_CALLS) {
            image.address(name).ifPresent(at -> {
                Optional<byte[]> before = linked.bytes(at, Integer.BYTES);
                Optional<byte[]> now = image.kernelMemory().bytes(at, Integer.BYTES);
                new ChangedWords(image, places, linked)
                        .target(at)
                        .filter(target -> places.module(target).isEmpty() && isKnown(target))
                        .filter(target -> before.isPresent() && now.isPresent())
                        .ifPresent(target -> sites.add(new PatchSite(
                                at,
                                "function tracing",
                                List.of(
                                        Form.of("as linked", before.orElseThrow()),
                                        Form.of("calls " + places.at(target).text(), now.orElseThrow())))));
            });
        }
        return sites;
    }

    private List<PatchSite> kprobeSites(Loaded loaded) {
        List<PatchSite> sites = new ArrayList<>();
        OptionalInt instruction = image.arch().kprobeInstruction();
        boolean isBig = image.arch().codeOrder() == ByteOrder.BIG_ENDIAN;
        for (Kprobe probe : kprobes.values()) {
            loaded.bytes(probe.at(), Integer.BYTES)
                    .filter(word -> probe.saved().contains(Bytes.getInt(word, 0, isBig)))
                    .ifPresent(word -> {
                        byte[] code = new byte[Integer.BYTES];
                        Bytes.putInt(code, 0, isBig, instruction.orElseThrow());
                        sites.add(new PatchSite(
                                probe.at(),
                                "kprobe",
                                List.of(Form.of("handled by " + handlers(probe), code), Form.of("none", word))));
                    });
        }
        return sites;
    }

    private static Optional<byte[]> loaded(RelocatedModule relocated, Address at) {
        PlacedModule placed = relocated.resolved().placed();
        for (RegionKind kind : RegionKind.values()) {
            if (placed.range(kind)
                    .filter(range -> range.contains(at) && range.end().minus(at) >= Integer.BYTES)
                    .isPresent()) {
                int from = (int) at.minus(placed.range(kind).orElseThrow().start());
                return Optional.of(Arrays.copyOfRange(relocated.bytes(kind), from, from + Integer.BYTES));
            }
        }
        return Optional.empty();
    }

    /** The kernel's tracers, and the kprobes that are in no module. */
    List<Finding> ofKernel() {
        List<Finding> findings = new ArrayList<>();
        for (Tracer tracer : hooks.tracers().orElse(List.of())) {
            boolean isKnown = isKnown(tracer.function());
            findings.add(new Finding(
                    isKnown ? Kind.TRACER : Kind.FOREIGN_TRACER,
                    "",
                    Optional.of(tracer.ops()),
                    "ftrace_ops",
                    place(tracer.function()).text(),
                    isKnown ? "functions are traced" : "functions are traced by code of no function that is known"));
        }
        kprobes.values().stream()
                .filter(probe -> places.module(probe.at()).isEmpty())
                .forEach(probe -> findings.add(finding("", probe)));
        return findings;
    }

    /** The kprobes in a module, and that its functions are traced. */
    List<Finding> of(Entry entry, VerificationResult result) {
        String name = entry.module().name();
        List<Finding> findings = new ArrayList<>();
        kprobes.values().stream()
                .filter(probe -> places.module(probe.at()).filter(entry::equals).isPresent())
                .forEach(probe -> findings.add(finding(name, probe)));
        long sites = result.sites().entrySet().stream()
                .filter(site -> site.getKey().startsWith(TRACED))
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (sites > 0) {
            String text = sites + (sites == 1 ? " function is traced" : " functions are traced");
            boolean isNobody = hooks.tracers().filter(List::isEmpty).isPresent();
            findings.add(new Finding(
                    isNobody ? Kind.FOREIGN_TRACER : Kind.TRACER,
                    name,
                    Optional.empty(),
                    "",
                    hooks.tracers().orElse(List.of()).stream()
                            .map(tracer -> place(tracer.function()).text())
                            .collect(Collectors.joining(", ")),
                    isNobody ? text + ", and the kernel's list of tracers is empty" : text));
        }
        return findings;
    }

    private Finding finding(String module, Kprobe probe) {
        boolean isKnown = probe.handlers().stream().allMatch(this::isKnown);
        return new Finding(
                isKnown ? Kind.KPROBE : Kind.FOREIGN_KPROBE,
                module,
                Optional.of(probe.at()),
                places.at(probe.at()).text(),
                handlers(probe),
                (isKnown ? "a kprobe" : "a kprobe whose handler is no function that is known")
                        + ", whose structure is at " + probe.structure());
    }

    private String handlers(Kprobe probe) {
        return probe.handlers().stream().map(handler -> place(handler).text()).collect(Collectors.joining(", "));
    }

    private Places.Place place(Address function) {
        return places.code(function).orElseGet(() -> places.at(function));
    }

    /** Whether a function is the kernel's or a listed module's. */
    private boolean isKnown(Address function) {
        return places.code(function)
                .filter(place -> place.kind() == Places.Kind.ENTRY || place.kind() == Places.Kind.INSIDE)
                .isPresent();
    }
}
