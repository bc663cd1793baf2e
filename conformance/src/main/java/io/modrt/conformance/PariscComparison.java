package io.modrt.conformance;

import io.modrt.conformance.PariscFinish.Machine;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Stub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Compares one PA-RISC module that modrt loads with the same module that GNU ld links at the same addresses. Words that both make by the same
 * rule are compared directly. ld shares stubs and has tables of its own; where that matters, {@link PariscRelocations} follows both words, which
 * count as equal if both lead to the right place. {@link PariscFinish} does to ld's words what a kernel does after relocation.
 */
final class PariscComparison {
    private static final int DIFFERENCES_SHOWN = 3;

    /**
     * The outcome of a comparison.
     *
     * @param sections the number of sections compared
     * @param words the number of words in them
     * @param followed the number of words that were followed, by kind
     * @param finished the number of words that changed after relocation
     * @param refused whether both refused a relocation, so that no words were compared
     * @param differences the differences; empty if all is well
     */
    record Outcome(
            int sections,
            long words,
            Map<String, Integer> followed,
            long finished,
            boolean refused,
            List<String> differences) {

        static Outcome verdicts(boolean refused, String log) {
            List<String> differences = refused && GnuLd.refusedARelocation(log)
                    ? List.of()
                    : List.of("modrt " + (refused ? "refuses a relocation" : "relocates it") + ", ld says: "
                            + log.strip().lines().limit(DIFFERENCES_SHOWN).toList());
            return new Outcome(0, 0, Map.of(), 0, true, differences);
        }
    }

    private final ModuleFile file;
    private final Target target;
    private final Path folder;
    private final Setting setting;
    private final Machine machine;

    PariscComparison(ModuleFile file, Path folder, Addresses addresses, Machine machine) {
        this.file = file;
        this.target = Target.of(file.elf().header());
        this.folder = folder;
        this.setting = new Setting(file, addresses);
        this.machine = machine;
    }

    /** Compares the module for a kernel of {@code profile}. */
    Outcome run(KernelProfile profile) {
        return run(profile, setting.externals(), image -> {});
    }

    /** Runs it with all externals 16 bytes further for ld than for modrt: a comparison that must fail. */
    Outcome runAskew(KernelProfile profile) {
        return run(profile, setting.askew(), image -> {});
    }

    /** A comparison that must fail: {@code bits} of word {@code index} of modrt's first stub are flipped. */
    Outcome runSpoilt(KernelProfile profile, int index, int bits) {
        return run(profile, setting.externals(), image -> {
            long stub = image.stubs().get(0) + (long) index * Integer.BYTES;
            image.memory().putWord(stub, image.memory().word(stub) ^ bits);
        });
    }

    private Outcome run(KernelProfile profile, Map<String, Long> externalsOfLd, Consumer<PariscImage> spoil) {
        KernelProfile described = machine == Machine.ONE_CPU
                ? profile.withMachine(MachineFacts.of(1).withFeatures("qemu", "local-tlb-purge"))
                : profile;
        return setting.placed(described, placed -> {
            SortedMap<Integer, Long> where = setting.sectionAddresses(placed);
            String script = new PariscScript(file.elf(), target, where, gp(placed), end(placed)).text(externalsOfLd);
            GnuLd.Linked linked = new GnuLd(folder, target).link(setting.ldInput(placed, where), script);
            Optional<RelocatedModule> relocated = relocate(placed);
            if (relocated.isEmpty() || linked.refusedARelocation()) {
                return Outcome.verdicts(relocated.isEmpty(), linked.log());
            }
            return compare(relocated.get(), linked, spoil);
        });
    }

    private static Optional<RelocatedModule> relocate(PlacedModule placed) {
        try {
            return Optional.of(placed.resolve().relocate());
        } catch (RelocationException refused) {
            return Optional.empty();
        }
    }

    /** The gp of a 64-bit module: the start of its first region. */
    private static long gp(PlacedModule placed) {
        return placed.range(RegionKind.CORE).orElseThrow().start().value();
    }

    /** The first address behind all regions. */
    private static long end(PlacedModule placed) {
        return placed.plan().regions().stream()
                .map(Region::kind)
                .mapToLong(kind -> placed.range(kind).orElseThrow().end().value())
                .max()
                .orElseThrow();
    }

    private Outcome compare(RelocatedModule relocated, GnuLd.Linked linked, Consumer<PariscImage> spoil) {
        PlacedModule placed = relocated.resolved().placed();
        List<String> differences = new ArrayList<>();
        if (!linked.log().isBlank()) {
            differences.add("ld says: " + linked.log().strip());
        }
        List<Section> sections = setting.sections(placed).stream()
                .filter(section -> section.sizeBytes() > 0) // empty sections have no place in ld's output
                .toList();
        NavigableMap<Long, Long> extents = new TreeMap<>();
        for (Section section : sections) {
            long address = placed.address(section).orElseThrow().value();
            extents.put(address, address + section.sizeBytes());
        }
        Words memoryOfLd = new Words(true, target.is64Bit());
        Words words = new Words(true, target.is64Bit());
        read(linked, placed, sections, memoryOfLd, words);
        PariscImage ld = new PariscImage(memoryOfLd, extents, target, List.of());
        PariscImage modrt = new PariscImage(memory(relocated), extents, target, stubs(relocated));
        spoil.accept(modrt);
        PariscRelocations relocations = new PariscRelocations(file, ld, modrt, gp(placed), differences);
        settle(relocations, words, relocated);
        List<byte[]> beforeFinish =
                words.sections().stream().map(s -> s.bytes().array().clone()).toList();
        new PariscFinish(words, machine).apply();
        long compared = 0;
        long finished = 0;
        for (int i = 0; i < sections.size(); i++) {
            byte[] expected = words.sections().get(i).bytes().array();
            compared += (expected.length + 3) / 4;
            finished += LdComparison.differing(expected, beforeFinish.get(i)).size();
            LdComparison.compare(sections.get(i).name(), relocated.bytes(sections.get(i)), expected, differences);
        }
        return new Outcome(
                sections.size(),
                compared,
                relocations.followed(),
                finished,
                false,
                LdComparison.shortened(differences));
    }

    /** Puts all bytes that ld made into {@code memory}, and the module's sections, without ld's additions in front, into {@code words}. */
    private static void read(
            GnuLd.Linked linked, PlacedModule placed, List<Section> sections, Words memory, Words words) {
        for (Section section : sections) {
            long address = placed.address(section).orElseThrow().value();
            long end = address + section.sizeBytes();
            Section made = linked.section(section.index())
                    .filter(m -> m.address() <= address && m.address() + m.sizeBytes() == end)
                    .orElseThrow(() -> new IllegalStateException(
                            "ld has not put " + section + " at 0x" + Long.toHexString(address)));
            byte[] bytes = linked.bytes(made);
            boolean init = placed.plan().region(section).orElseThrow().isInit();
            memory.add(section.index(), section.name(), made.address(), init, bytes);
            int stubBytes = (int) (address - made.address());
            words.add(
                    section.index(), section.name(), address, init, Arrays.copyOfRange(bytes, stubBytes, bytes.length));
        }
        for (String table : PariscScript.TABLES) {
            linked.output()
                    .section(table)
                    .ifPresent(made -> memory.add(0, table, made.address(), false, linked.bytes(made)));
        }
    }

    private void settle(PariscRelocations relocations, Words words, RelocatedModule relocated) {
        Map<Long, Long> made = relocated
                .relocations()
                .collect(Collectors.toMap(r -> r.place().P().value(), Relocation::after, (first, last) -> last));
        for (RelocationSection section : file.elf().relocationSections()) {
            words.sections().stream()
                    .filter(s -> s.index() == section.target().index())
                    .findFirst()
                    .ifPresent(s -> relocations.settle(section, s, made));
        }
        relocations.settleTables();
    }

    private Words memory(RelocatedModule relocated) {
        PlacedModule placed = relocated.resolved().placed();
        Words memory = new Words(true, target.is64Bit());
        for (Region region : placed.plan().regions()) {
            memory.add(
                    0,
                    region.kind().name(),
                    placed.range(region.kind()).orElseThrow().start().value(),
                    region.kind().isInit(),
                    relocated.bytes(region.kind()));
        }
        return memory;
    }

    private static List<Long> stubs(RelocatedModule relocated) {
        return relocated.stubs().stream()
                .map(Stub::address)
                .map(address -> address.value())
                .toList();
    }
}
