package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.image.ChangedWords.Branch;
import io.modrt.image.Finding.Kind;
import io.modrt.image.ImageModules.Entry;
import io.modrt.image.ModuleParameters.Parameter;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Says of the words of one module that are not as they should be what they do now. */
final class ModuleFindings {
    private static final int MOST = 1000;

    private final MemoryImage image;
    private final KernelMemory memory;
    private final Places places;
    private final ModuleParameters parameters;
    private final Entry entry;
    private final RelocatedModule relocated;
    private final PlacedModule placed;
    private final String name;
    private final ChangedWords changed;
    private final List<Finding> findings = new ArrayList<>();

    ModuleFindings(
            MemoryImage image, Places places, ModuleParameters parameters, Entry entry, RelocatedModule relocated) {
        this.image = image;
        this.memory = image.kernelMemory();
        this.places = places;
        this.parameters = parameters;
        this.entry = entry;
        this.relocated = relocated;
        this.placed = relocated.resolved().placed();
        this.name = entry.module().name();
        this.changed = new ChangedWords(image, places, this::loaded);
    }

    /** All of them, at most as many as a person reads. */
    List<Finding> of(VerificationResult result) {
        for (List<Difference> change : changed.changes(result.differences())) {
            if (findings.size() < MOST) {
                add(change);
            }
        }
        addDataPointers();
        addParameters();
        addReused();
        return findings;
    }

    private void add(List<Difference> change) {
        Difference first = change.get(0);
        String area = ChangedWords.section(first);
        Optional<Section> section = placed.file().elf().section(area);
        boolean isCode = section.filter(Section::isExecutable).isPresent();
        if (first.why().startsWith("function tracing")) {
            add(Kind.TRACING, first, "a call site of the function tracer was changed", target(change));
        } else if (first.why().startsWith("jump label")) {
            add(Kind.STATIC_BRANCH, first, "a static branch was changed", target(change));
        } else if (isCode) {
            Optional<Branch> branch = changed.branch(change);
            add(
                    branch.isPresent() ? Kind.BRANCH : Kind.CODE,
                    first,
                    ChangedWords.text(change, branch),
                    branch.map(Branch::target));
        } else if (area.startsWith("__ksymtab") || area.startsWith("__kcrctab")) {
            add(Kind.EXPORT, first, "an export was changed" + export(first), changed.pointer(first));
        } else if (area.equals(".gnu.linkonce.this_module")) {
            add(
                    Kind.STRUCT_MODULE,
                    first,
                    first.why().isEmpty() ? "struct module was changed" : first.why(),
                    changed.pointer(first));
        } else if (section.isEmpty()) {
            Optional<String> symbol = new KeptSymbols(image, relocated, entry).symbolAt(first.address());
            boolean isTable = symbol.isPresent();
            add(
                    isTable ? Kind.SYMBOLS : Kind.PADDING,
                    first,
                    isTable
                            ? "the symbols that kallsyms shows were changed: " + symbol.get()
                            : "bytes where the module has none",
                    isTable ? Optional.empty() : target(change));
        } else {
            Optional<String> target = changed.pointer(first);
            add(
                    target.isPresent() ? Kind.POINTER : Kind.DATA,
                    first,
                    target.isPresent() ? "a pointer was changed" : "data that nobody writes to was changed",
                    target);
        }
    }

    private Optional<String> target(List<Difference> change) {
        return changed.branch(change).map(Branch::target);
    }

    private void add(Kind kind, Difference at, String text, Optional<String> target) {
        String where = at.area() + at.symbol().map(symbol -> " " + symbol).orElse("");
        findings.add(new Finding(kind, name, Optional.of(at.address()), where, target.orElse(""), text));
    }

    private String export(Difference difference) {
        return difference.symbol().map(symbol -> ": " + symbol).orElse("");
    }

    /** The bytes with which the module was loaded; empty outside of it. */
    private Optional<byte[]> loaded(Address at, int length) {
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = placed.range(kind);
            if (range.isPresent()
                    && range.get().contains(at)
                    && length <= range.get().end().minus(at)) {
                int from = (int) at.minus(range.get().start());
                return Optional.of(Arrays.copyOfRange(bytes(kind), from, from + length));
            }
        }
        return Optional.empty();
    }

    private RegionKind cachedKind = RegionKind.CORE;
    private byte[] cached = {};

    private byte[] bytes(RegionKind kind) {
        if (cached.length == 0 || cachedKind != kind) {
            cached = relocated.bytes(kind);
            cachedKind = kind;
        }
        return cached;
    }

    /** Pointers to code in writable data that were changed, and now lead into the middle of a function or out of kernel and modules. */
    private void addDataPointers() {
        int wordBytes = memory.wordBytes();
        for (Section section : placed.file().elf().sections()) {
            Optional<Address> start = placed.address(section);
            boolean isKept = placed.region(section)
                    .filter(kind -> !kind.isInit() || !entry.isInitGone())
                    .isPresent();
            if (start.isEmpty()
                    || !isKept
                    || !section.isWritable()
                    || section.isExecutable()
                    || !section.hasContents()) {
                continue;
            }
            byte[] loaded = relocated.bytes(section);
            Optional<byte[]> found = memory.bytes(start.get(), loaded.length);
            for (int at = 0; found.isPresent() && at + wordBytes <= loaded.length; at += wordBytes) {
                long now = memory.word(found.get(), at);
                long before = memory.word(loaded, at);
                if (now != before && now != 0 && before != 0) {
                    addDataPointer(section, start.get().plus(at), Address.of(before), Address.of(now));
                }
            }
        }
    }

    private void addDataPointer(Section section, Address at, Address before, Address now) {
        Optional<Places.Place> was = places.code(before);
        if (was.isEmpty() || was.get().kind() != Places.Kind.ENTRY) {
            return;
        }
        Places.Place is = places.code(now).orElseGet(() -> places.at(now));
        boolean isForeign = is.kind() == Places.Kind.FOREIGN || is.kind() == Places.Kind.HIDDEN;
        if (isForeign || is.kind() == Places.Kind.INSIDE) {
            String symbol =
                    relocated.resolved().symbolAt(at).map(Object::toString).orElse("");
            findings.add(new Finding(
                    Kind.DATA_POINTER,
                    name,
                    Optional.of(at),
                    (section.name() + " " + symbol).strip(),
                    is.text(),
                    "a pointer to " + was.get().text() + " was changed"));
        }
    }

    private void addParameters() {
        for (Parameter parameter : parameters.table(relocated)) {
            parameters.size(parameter.type()).ifPresent(size -> {
                Optional<byte[]> before = loaded(parameter.variable(), size);
                Optional<byte[]> now = memory.bytes(parameter.variable(), size);
                if (before.isPresent() && now.isPresent() && !Arrays.equals(before.get(), now.get())) {
                    findings.add(new Finding(
                            Kind.PARAMETER,
                            name,
                            Optional.of(parameter.variable()),
                            parameter.name(),
                            "",
                            "is " + parameters.text(parameter.type(), now.get()) + ", and "
                                    + parameters.text(parameter.type(), before.get()) + " in the file"));
                }
            });
        }
    }

    private void addReused() {
        for (RegionKind kind : RegionKind.values()) {
            if (kind.isInit() && entry.isInitGone()) {
                placed.range(kind)
                        .flatMap(range -> places.owner(range))
                        .filter(other -> !other.equals(entry))
                        .ifPresent(other -> findings.add(new Finding(
                                Kind.REUSED,
                                name,
                                placed.range(kind).map(AddressRange::start),
                                kind.toString(),
                                "",
                                "freed; " + other.module().name() + "'s now")));
            }
        }
    }
}
