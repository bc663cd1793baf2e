package io.modrt.parisc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The bundled modules at addresses of the test's, against what GNU ld makes of them: every byte of every section where the two
 * mean the same. The words are {@code golden.txt}'s beside the modules; its header has the format, and what is left out.
 */
class BundledModulesTest {

    /** Without what keeps sections from being loaded, so that as many as can be are compared. */
    private static final KernelProfile PROFILE =
            Laid.LINUX_6_1.with(ConfigOption.SMP, false).with(ConfigOption.KALLSYMS, false);

    /** One link. */
    private record Link(
            String target,
            String module,
            Map<String, Address> symbols,
            Map<Integer, Address> sections,
            Map<Integer, Map<Integer, byte[]>> changed) {}

    @TestFactory
    Stream<DynamicTest> everyByteIsTheLinkers() {
        List<Link> links = new ArrayList<>(links("parisc-32"));
        links.addAll(links("parisc-64"));
        assertEquals(
                List.of("greeter.ko", "visitor.ko", "selectors.ko", "selectors.ko"),
                links.stream().map(Link::module).toList());
        return links.stream()
                .map(link -> DynamicTest.dynamicTest(link.target + " " + link.module, () -> compare(link)));
    }

    private static void compare(Link link) {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(PROFILE)
                .kernelSymbols(KernelSymbols.of(link.symbols))
                .build()) {
            LayoutPlan plan = runtime.plan(Bundled.module(link.target + "/" + link.module));
            Map<Integer, Address> loaded = new HashMap<>(link.sections);
            loaded.keySet()
                    .removeIf(index ->
                            plan.region(plan.file().elf().section(index)).isEmpty());
            try (PlacedModule placed = plan.place(Placement.sections(loaded, Map.of()))) {
                RelocatedModule relocated = placed.resolve().relocate();
                link.sections.keySet().forEach(index -> compare(link, plan, relocated, index));
            }
        }
    }

    private static void compare(Link link, LayoutPlan plan, RelocatedModule relocated, int index) {
        Section section = plan.file().elf().section(index);
        if (!section.hasContents()
                || (section.isAllocated() && plan.region(section).isEmpty())) {
            return; // .modinfo and __versions: the loader reads them, but does not load them
        }
        int start = (int) section.fileOffset();
        byte[] expected = Arrays.copyOfRange(plan.file().elf().array(), start, start + (int) section.sizeBytes());
        link.changed
                .getOrDefault(index, Map.of())
                .forEach((offset, bytes) -> System.arraycopy(bytes, 0, expected, offset, bytes.length));
        byte[] actual = relocated.relocated(section);
        int different = Arrays.mismatch(expected, actual);
        assertEquals(
                -1,
                different,
                () -> section + "+0x" + Integer.toHexString(different) + ": ld's bytes are "
                        + HexFormat.of().formatHex(expected, different, Math.min(different + 8, expected.length))
                        + ", these are "
                        + HexFormat.of().formatHex(actual, different, Math.min(different + 8, expected.length)));
    }

    private static List<Link> links(String target) {
        List<Link> links = new ArrayList<>();
        for (String line : new String(Bundled.file(target + "/golden.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] words = line.split(" ", 4);
            Link last = links.isEmpty() ? null : links.get(links.size() - 1);
            switch (words[0]) {
                case "module" ->
                    links.add(new Link(target, words[1], new HashMap<>(), new TreeMap<>(), new HashMap<>()));
                case "symbol" -> last.symbols.put(words[1], Address.parse(words[2]));
                case "section" -> last.sections.put(Integer.valueOf(words[1]), Address.parse(words[3]));
                case "words" ->
                    last.changed
                            .computeIfAbsent(Integer.valueOf(words[1]), any -> new TreeMap<>())
                            .put(Integer.parseInt(words[2], 16), HexFormat.of().parseHex(words[3]));
                case "verdict" -> assertEquals("ok", words[1]);
                default -> assertTrue(words[0].equals("#") || words[0].equals("case"), line);
            }
        }
        return links;
    }
}
