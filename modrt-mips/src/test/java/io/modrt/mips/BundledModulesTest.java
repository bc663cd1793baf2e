package io.modrt.mips;

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
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The bundled modules of all eight targets at addresses of the test's, against what GNU ld makes of them: every byte of every
 * section, and what it refuses. The words are {@code golden.txt}'s beside the modules; its header has the format.
 */
class BundledModulesTest {
    /** Without what keeps sections from being loaded, so that as many as can be are compared. */
    private static final KernelProfile PROFILE =
            Laid.LINUX_6_1.with(ConfigOption.SMP, false).with(ConfigOption.KALLSYMS, false);

    /** One link. */
    private record Case(
            String target,
            String module,
            String name,
            Map<String, Address> symbols,
            Map<Integer, Address> sections,
            Map<Integer, Map<Integer, byte[]>> changed,
            List<String> refused) {}

    @TestFactory
    Stream<DynamicContainer> everyByteIsTheLinkers() {
        return Stream.of("o32", "n64")
                .flatMap(abi -> Stream.of("be", "le").map(order -> abi + "-" + order))
                .flatMap(machine -> Stream.of("r2", "r6").map(release -> "mips-" + machine + "-" + release))
                .map(target -> DynamicContainer.dynamicContainer(
                        target,
                        cases(target).stream()
                                .map(link ->
                                        DynamicTest.dynamicTest(link.module + " " + link.name, () -> compare(link)))));
    }

    private static void compare(Case link) {
        byte[] file = Bundled.file(link.target + "/" + link.module);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(PROFILE)
                .kernelSymbols(KernelSymbols.of(link.symbols))
                .build()) {
            LayoutPlan plan = runtime.plan(ModuleFile.open(file));
            Map<Integer, Address> loaded = new HashMap<>(link.sections);
            loaded.keySet()
                    .removeIf(index ->
                            plan.region(plan.file().elf().section(index)).isEmpty());
            try (PlacedModule placed = plan.place(Placement.sections(loaded, Map.of()))) {
                Supplier<RelocatedModule> relocate = () -> placed.resolve().relocate();
                if (link.refused.isEmpty()) {
                    RelocatedModule relocated = relocate.get();
                    link.sections.keySet().forEach(index -> compare(link, plan, relocated, index));
                } else {
                    RelocationException refused = assertThrows(RelocationException.class, relocate::get);
                    String place = refused.place().orElseThrow().section() + "+0x"
                            + Long.toHexString(refused.place().orElseThrow().sectionOffset());
                    // The kernel stops at its first one; ld lists them all, in no order that matters.
                    assertTrue(link.refused.contains(place), place + " is none of " + link.refused);
                }
            }
        }
    }

    private static void compare(Case link, LayoutPlan plan, RelocatedModule relocated, int index) {
        Section section = plan.file().elf().section(index);
        if (!section.hasContents()
                || (section.isAllocated() && plan.region(section).isEmpty())) {
            return; // .modinfo and __versions: the loader reads them, but does not load them
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

    private static List<Case> cases(String target) {
        List<Case> cases = new ArrayList<>();
        String module = "";
        for (String line : new String(Bundled.file(target + "/golden.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] words = line.split(" ", 4);
            Case last = cases.isEmpty() ? null : cases.get(cases.size() - 1);
            switch (words[0]) {
                case "module" -> module = words[1];
                case "case" ->
                    cases.add(new Case(
                            target,
                            module,
                            words[1],
                            new HashMap<>(),
                            new TreeMap<>(),
                            new LinkedHashMap<>(),
                            new ArrayList<>()));
                case "symbol" -> Objects.requireNonNull(last).symbols.put(words[1], Address.parse(words[2]));
                case "section" ->
                    Objects.requireNonNull(last).sections.put(Integer.valueOf(words[1]), Address.parse(words[3]));
                case "words" ->
                    Objects.requireNonNull(last)
                            .changed
                            .computeIfAbsent(Integer.valueOf(words[1]), any -> new TreeMap<>())
                            .put(Integer.parseInt(words[2], 16), HexFormat.of().parseHex(words[3]));
                case "refused" -> Objects.requireNonNull(last).refused.add(words[1]);
                case "verdict" ->
                    assertEquals(
                            words[1].equals("refused"),
                            !Objects.requireNonNull(last).refused.isEmpty());
                default -> assertEquals("#", words[0], line);
            }
        }
        assertTrue(cases.size() >= 4, target + " has " + cases.size() + " cases");
        return cases;
    }
}
