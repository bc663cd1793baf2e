package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.port.LinkerInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One module, loaded by modrt and linked by GNU ld at the same addresses, word by word.
 *
 * <p>modrt chooses the addresses of the sections, the comparison those of the regions, of the per-CPU area and of each external symbol. The
 * words are compared twice: as relocation alone leaves them, and with what a kernel does afterwards, which is done to ld's words by code that
 * is not modrt's.
 */
final class LdComparison {
    private static final int DIFFERENCES_SHOWN = 3;

    /**
     * What came of it.
     *
     * @param sections the number of sections compared
     * @param words the number of words in them
     * @param finished words that what follows relocation changed
     * @param refused whether both refused a relocation; then no words were compared
     * @param differences what is not the same, empty when all is well
     */
    record Outcome(int sections, long words, long finished, boolean refused, List<String> differences) {}

    private final ModuleFile file;
    private final Target target;
    private final Path folder;
    private final Setting setting;
    private final @Nullable Consumer<Words> finish;
    private final List<String> differences = new ArrayList<>();

    /**
     * A comparison in {@code folder}, which gets files.
     *
     * @param finish does to ld's words what a kernel does after relocation; null to compare words as relocation alone leaves them
     */
    LdComparison(ModuleFile file, Path folder, Addresses addresses, @Nullable Consumer<Words> finish) {
        this.file = file;
        this.target = Target.of(file.elf().header());
        this.folder = folder;
        this.setting = new Setting(file, addresses);
        this.finish = finish;
    }

    /** Runs it for a kernel of {@code profile}. */
    Outcome run(KernelProfile profile) {
        return run(profile, setting.externals());
    }

    /** Runs it with all externals 16 bytes further for ld than for modrt: a comparison that must fail. */
    Outcome runAskew(KernelProfile profile) {
        return run(profile, setting.askew());
    }

    private Outcome run(KernelProfile profile, Map<String, Long> externalsOfLd) {
        return setting.placed(profile, placed -> {
            SortedMap<Integer, Long> where = setting.sectionAddresses(placed);
            GnuLd.Linked linked = new GnuLd(folder, target)
                    .link(setting.ldInput(placed, where), LinkerInput.script(where, externalsOfLd));
            Optional<RelocatedModule> relocated = relocate(placed);
            return relocated.isEmpty() || linked.refusedARelocation()
                    ? verdicts(relocated, linked)
                    : compare(relocated.get(), linked);
        });
    }

    private static Optional<RelocatedModule> relocate(PlacedModule placed) {
        try {
            return Optional.of(placed.resolve().relocate());
        } catch (RelocationException refused) {
            return Optional.empty();
        }
    }

    private Outcome verdicts(Optional<RelocatedModule> relocated, GnuLd.Linked linked) {
        if (relocated.isPresent() || !linked.refusedARelocation()) {
            differences.add("modrt " + (relocated.isPresent() ? "relocates it" : "refuses a relocation") + ", ld says: "
                    + linked.log().strip());
        }
        return new Outcome(0, 0, 0, true, differences);
    }

    private Outcome compare(RelocatedModule relocated, GnuLd.Linked linked) {
        if (!linked.log().isBlank()) {
            differences.add("ld says: " + linked.log().strip());
        }
        PlacedModule placed = relocated.resolved().placed();
        Words words = new Words(target.isBigEndian(), target.is64Bit());
        List<byte[]> asLinked = new ArrayList<>();
        for (Section section : setting.sections(placed)) {
            if (section.sizeBytes() == 0) {
                continue; // has no words, and no place in ld's output; what refers to it is compared where it does
            }
            long address = placed.address(section).orElseThrow().value();
            Optional<Section> made = linked.section(section.index())
                    .filter(m -> m.address() == address && m.sizeBytes() == section.sizeBytes());
            if (made.isEmpty()) {
                differences.add("ld has no section " + section + " of " + section.sizeBytes() + " bytes at "
                        + Address.of(address));
                continue;
            }
            byte[] bytes = linked.bytes(made.get());
            asLinked.add(bytes.clone());
            boolean init = placed.plan().region(section).orElseThrow().isInit();
            words.add(section.index(), section.name(), address, init, bytes);
        }
        for (int i = 0; i < asLinked.size(); i++) {
            Section section = file.elf().section(words.sections().get(i).index());
            compare(section.name() + ", relocated", relocated.relocated(section), asLinked.get(i), differences);
        }
        if (finish == null) {
            long wordsRelocated =
                    asLinked.stream().mapToLong(bytes -> (bytes.length + 3) / 4).sum();
            return new Outcome(asLinked.size(), wordsRelocated, 0, false, shortened(differences));
        }
        for (Section section : setting.placeholders(placed)) {
            byte[] empty = new byte[relocated.bytes(section).length];
            long address = placed.address(section).orElseThrow().value();
            asLinked.add(empty.clone());
            boolean init = placed.plan().region(section).orElseThrow().isInit();
            words.add(section.index(), section.name(), address, init, empty);
        }
        finish.accept(words);
        long compared = 0;
        long finished = 0;
        for (int i = 0; i < asLinked.size(); i++) {
            Words.Placed section = words.sections().get(i);
            byte[] kernel = section.bytes().array();
            compared += (kernel.length + 3) / 4;
            finished += differing(kernel, asLinked.get(i)).size();
            byte[] modrt = relocated.bytes(file.elf().section(section.index()));
            compare(section.name(), modrt, kernel, differences);
        }
        return new Outcome(asLinked.size(), compared, finished, false, shortened(differences));
    }

    /** Adds the words of a section in which modrt and ld differ to {@code differences}. */
    static void compare(String section, byte[] modrt, byte[] ld, List<String> differences) {
        for (int at : differing(ld, modrt)) {
            differences.add("%s+0x%x: modrt %s, ld %s".formatted(section, at, hex(modrt, at), hex(ld, at)));
        }
    }

    /** The first few, and how many more there are. */
    static List<String> shortened(List<String> differences) {
        if (differences.size() <= DIFFERENCES_SHOWN) {
            return differences;
        }
        List<String> first = new ArrayList<>(differences.subList(0, DIFFERENCES_SHOWN));
        first.add("and " + (differences.size() - DIFFERENCES_SHOWN) + " more");
        return first;
    }

    /** Offsets of the words that differ; where lengths differ, also those that one of them lacks. */
    static List<Integer> differing(byte[] one, byte[] other) {
        List<Integer> offsets = new ArrayList<>();
        for (int at = 0; at < Math.max(one.length, other.length); at += 4) {
            int end = at + 4;
            if (!Arrays.equals(
                    one,
                    Math.min(at, one.length),
                    Math.min(end, one.length),
                    other,
                    Math.min(at, other.length),
                    Math.min(end, other.length))) {
                offsets.add(at);
            }
        }
        return offsets;
    }

    /** The bytes of a word in file order. */
    private static String hex(byte[] bytes, int at) {
        int end = Math.min(at + 4, bytes.length);
        return at >= end ? "none" : HexFormat.of().formatHex(bytes, at, end);
    }
}
