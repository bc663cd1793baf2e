package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.RelocationException;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.KernelVersion;
import io.modrt.layout.Placement;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The bundled modules at addresses of the test's, against what GNU ld makes of them: every byte of every section, and what it refuses. The
 * words are {@code golden.txt}'s beside the modules; its header has the format.
 */
class BundledModulesTest {
    /** Without what keeps sections from being loaded, so that as many as can be are compared. */
    private static final KernelProfile PROFILE = KernelProfile.of(new KernelVersion(6, 1, 192))
            .with(ConfigOption.SMP, false)
            .with(ConfigOption.KALLSYMS, false);

    /** One link. */
    private static final class Link {
        private final String path;
        private final String name;
        private final Map<String, Address> symbols = new HashMap<>();
        private final Map<Integer, Address> sections = new TreeMap<>();
        private final Map<Integer, Map<Integer, byte[]>> changed = new LinkedHashMap<>();
        private final List<String> refused = new ArrayList<>();

        Link(String path, String name) {
            this.path = path;
            this.name = name;
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyByteIsTheLinkers() {
        return Stream.of("aarch64-le", "aarch64-be")
                .map(target -> DynamicContainer.dynamicContainer(
                        target,
                        links(target).stream()
                                .map(link ->
                                        DynamicTest.dynamicTest(link.path + " " + link.name, () -> compare(link)))));
    }

    private static void compare(Link link) {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(PROFILE)
                .kernelSymbols(KernelSymbols.of(link.symbols))
                .build()) {
            LayoutPlan plan = runtime.plan(ModuleFile.open(Bundled.file(link.path)));
            Map<Integer, Address> loaded = new HashMap<>(link.sections);
            loaded.keySet()
                    .removeIf(index ->
                            plan.region(plan.file().elf().section(index)).isEmpty());
            try (PlacedModule placed = plan.place(Placement.sections(loaded, Map.of()))) {
                Supplier<RelocatedModule> relocate = () -> placed.resolve().relocate();
                if (link.refused.isEmpty()) {
                    RelocatedModule relocated = relocate.get();
                    link.sections.keySet().forEach(index -> compare(link, plan, relocated, index));
                    assertEquals(List.of(), relocated.stubs());
                } else {
                    RelocationException refused = assertThrows(RelocationException.class, relocate::get);
                    String place = refused.place().orElseThrow().section() + "+0x"
                            + Long.toHexString(refused.place().orElseThrow().sectionOffset());
                    assertTrue(link.refused.contains(place), place + " is none of " + link.refused);
                }
            }
        }
    }

    private static void compare(Link link, LayoutPlan plan, RelocatedModule relocated, int index) {
        Section section = plan.file().elf().section(index);
        boolean isPlaceholder = plan.shape(section).sizeBytes() != section.sizeBytes();
        if (!section.hasContents()
                || isPlaceholder
                || (section.isAllocated() && plan.region(section).isEmpty())) {
            return; // .plt and its like are the kernel's; .modinfo and __versions it reads, but does not load
        }
        byte[] expected = Arrays.copyOfRange(plan.file().elf().array(), (int) section.fileOffset(), (int)
                (section.fileOffset() + section.sizeBytes()));
        link.changed
                .getOrDefault(index, Map.of())
                .forEach((offset, bytes) -> System.arraycopy(bytes, 0, expected, offset, bytes.length));
        byte[] actual = relocated.relocated(section);
        int different = Arrays.mismatch(expected, actual);
        assertEquals(
                -1,
                different,
                () -> section + "+0x" + Integer.toHexString(different) + ": ld's bytes are "
                        + HexFormat.of().formatHex(expected, different, Math.min(different + 16, expected.length)));
    }

    private static List<Link> links(String target) {
        List<Link> links = new ArrayList<>();
        Link link = new Link("", "");
        String path = "";
        String golden = new String(Bundled.file(target + "/golden.txt"), StandardCharsets.UTF_8);
        for (String line : golden.lines().toList()) {
            String[] words = line.split(" ", 4);
            switch (words[0]) {
                case "module" -> path = target + "/" + words[1];
                case "case" -> {
                    link = new Link(path, words[1]);
                    links.add(link);
                }
                case "symbol" -> link.symbols.put(words[1], Address.parse(words[2]));
                case "section" -> link.sections.put(Integer.valueOf(words[1]), Address.parse(words[3]));
                case "words" ->
                    link.changed
                            .computeIfAbsent(Integer.valueOf(words[1]), any -> new TreeMap<>())
                            .put(Integer.parseInt(words[2], 16), HexFormat.of().parseHex(words[3]));
                case "refused" -> link.refused.add(words[1]);
                case "verdict" -> assertEquals(words[1].equals("refused"), !link.refused.isEmpty());
                default -> assertEquals("#", words[0], line);
            }
        }
        assertTrue(links.size() >= 4, target + " has " + links.size() + " links");
        return links;
    }
}
