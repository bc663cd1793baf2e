package io.modrt.export;

import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.input.FileAccess;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolUse;
import io.modrt.layout.Region;
import io.modrt.link.Reach;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.Taint;
import io.modrt.spi.Stub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;

/**
 * What a load did, in JSON: the kernel that it was for, regions, sections, stubs, imports and exports, reach, taints and diagnostics. Addresses
 * are texts in hexadecimal, sizes numbers of bytes.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LoadReport {
    private LoadReport() {}

    /** The report of one module. */
    public static String json(LiveModule module) {
        return Json.of(report(module, LoadReport::noFile));
    }

    private static Optional<String> noFile(Region region) {
        return Optional.empty();
    }

    /** The reports of several, in a list. */
    public static String json(Collection<? extends LiveModule> modules) {
        return Json.of(modules.stream()
                .map(module -> report(module, LoadReport::noFile))
                .toList());
    }

    /**
     * Writes each region's bytes as they were loaded to {@code folder}, in a file {@code NAME.REGION.bin}, and the report, in which each region
     * has its file's name, to {@code NAME.json}.
     *
     * @return the report's file
     * @throws java.io.UncheckedIOException if a file cannot be written
     */
    public static Path write(LiveModule module, Path folder) {
        return FileAccess.to(folder, "a folder to write to", () -> {
            for (Region region : module.placed().plan().regions()) {
                Files.write(
                        folder.resolve(fileName(module, region)),
                        module.asLoaded().bytes(region.kind()));
            }
            return Files.writeString(
                    folder.resolve(fileName(module.name()) + ".json"),
                    Json.of(report(module, region -> Optional.of(fileName(module, region)))));
        });
    }

    private static String fileName(LiveModule module, Region region) {
        return fileName(module.name()) + "." + region.kind().name().toLowerCase(Locale.ROOT) + ".bin";
    }

    /** The module's name as a file's: names come from module files, and might lead elsewhere. */
    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static Map<String, Object> report(LiveModule module, Function<Region, Optional<String>> files) {
        PlacedModule placed = module.placed();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("module", module.name());
        report.put("state", module.state().toString());
        report.put("architecture", placed.plan().arch().name());
        report.put("kernel", placed.plan().profile().version().toString());
        report.put("policy", placed.plan().policy().toString());
        report.put("bigEndian", module.file().elf().isBigEndian());
        report.put("wordBytes", module.file().elf().elfClass().wordBytes());
        report.put("taints", Taint.letters(module.taints()));
        report.put("uses", module.uses().stream().map(LiveModule::name).toList());
        report.put("users", module.users().stream().map(LiveModule::name).toList());
        report.put("regions", regions(module, files));
        report.put("sections", sections(placed));
        report.put("stubs", module.stubs().stream().map(LoadReport::stub).toList());
        Map<String, SymbolUse> uses = module.importUses();
        report.put(
                "imports",
                module.imports().stream()
                        .map(symbol -> {
                            Map<String, Object> entry = new LinkedHashMap<>(symbol(symbol));
                            entry.put(
                                    "use",
                                    uses.getOrDefault(symbol.name(), SymbolUse.unknown())
                                            .nature());
                            return entry;
                        })
                        .toList());
        report.put("exports", module.exports().stream().map(LoadReport::symbol).toList());
        report.put(
                "reach",
                module.reach().nearest().stream().map(LoadReport::reach).toList());
        report.put(
                "diagnostics",
                module.diagnostics().stream().map(LoadReport::diagnostic).toList());
        return report;
    }

    private static List<Object> regions(LiveModule module, Function<Region, Optional<String>> files) {
        List<Object> regions = new ArrayList<>();
        for (Region region : module.placed().plan().regions()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("kind", region.kind().toString());
            module.placed()
                    .range(region.kind())
                    .map(AddressRange::start)
                    .ifPresent(start -> fields.put("address", start.toString()));
            fields.put("sizeBytes", region.sizeBytes());
            fields.put("access", RegionAccess.of(region.kind()).letters());
            files.apply(region).ifPresent(file -> fields.put("file", file));
            regions.add(fields);
        }
        return regions;
    }

    private static List<Object> sections(PlacedModule placed) {
        List<Object> sections = new ArrayList<>();
        for (Section section : placed.plan().file().elf().sections()) {
            placed.address(section).ifPresent(address -> {
                Section shape = placed.shape(section);
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("index", section.index());
                fields.put("name", section.name());
                fields.put("address", address.toString());
                fields.put("sizeBytes", shape.sizeBytes());
                placed.region(section).ifPresent(kind -> fields.put("region", kind.toString()));
                placed.plan().regionOffset(section).ifPresent(offset -> fields.put("regionOffset", offset));
                sections.add(fields);
            });
        }
        return sections;
    }

    private static Map<String, Object> stub(Stub stub) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", stub.address().toString());
        fields.put("symbol", stub.symbol());
        fields.put("target", stub.target().toString());
        stub.slot().ifPresent(slot -> fields.put("slot", slot.toString()));
        return fields;
    }

    private static Map<String, Object> symbol(KernelSymbol symbol) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", symbol.name());
        fields.put("address", symbol.value().toString());
        symbol.crc().ifPresent(crc -> fields.put("crc", "0x" + Integer.toHexString(crc)));
        if (!symbol.namespace().isEmpty()) {
            fields.put("namespace", symbol.namespace());
        }
        return fields;
    }

    private static Map<String, Object> reach(Reach reach) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", reach.place().type());
        fields.put("section", reach.place().section());
        fields.put("sectionOffset", reach.place().sectionOffset());
        fields.put("symbol", reach.place().symbol());
        fields.put("limit", reach.limit().toString());
        fields.put("headroomBytes", reach.headroomBytes());
        fields.put("percentUsed", Math.round(10 * reach.percentUsed()) / 10.0);
        fields.put("byStub", reach.toStub());
        return fields;
    }

    private static Map<String, Object> diagnostic(Diagnostic diagnostic) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", diagnostic.kind().toString());
        fields.put("where", diagnostic.where());
        fields.put("text", diagnostic.text());
        return fields;
    }
}
