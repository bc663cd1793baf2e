package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.error.RelocationException;
import io.modrt.error.RelocationPlace;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.KernelVersion;
import io.modrt.layout.Placement;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Loads the modules beside a {@code golden.txt} where a linker was told to place them, and compares every byte with the linker's. */
public final class GoldenReplay {
    /** Of two regions, since the linker was not told where those are that hold nothing but a build id; and without what keeps sections from being loaded. */
    public static final KernelProfile PROFILE = KernelProfile.of(new KernelVersion(6, 1, 192))
            .with(ConfigOption.SMP, false)
            .with(ConfigOption.KALLSYMS, false);

    private final Arch arch;
    private final KernelProfile profile;
    private final String module;
    private final String name;
    private final Map<String, Address> symbols = new HashMap<>();
    private final Map<Integer, Address> sections = new TreeMap<>();
    private final Map<Integer, Map<Integer, byte[]>> changed = new LinkedHashMap<>();
    private final List<String> refused = new ArrayList<>();

    private GoldenReplay(Arch arch, KernelProfile profile, String module, String name) {
        this.arch = arch;
        this.profile = profile;
        this.module = module;
        this.name = name;
    }

    /** A bundled module, {@code target/name}. */
    public static byte[] file(String path) {
        try (InputStream in = GoldenReplay.class.getResourceAsStream("modules/" + path)) {
            return Objects.requireNonNull(in, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One test for each link in the {@code golden.txt} of {@code target}. */
    public static Stream<DynamicTest> of(Arch arch, KernelProfile profile, String target) {
        return cases(arch, profile, target).stream()
                .map(link -> DynamicTest.dynamicTest(link.module + " " + link.name, link::replay));
    }

    private static List<GoldenReplay> cases(Arch arch, KernelProfile profile, String target) {
        List<GoldenReplay> cases = new ArrayList<>();
        String module = "";
        GoldenReplay last = new GoldenReplay(arch, profile, module, module);
        for (String line : new String(file(target + "/golden.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] words = line.split(" ", 4);
            switch (words[0]) {
                case "module" -> module = target + "/" + words[1];
                case "case" -> {
                    last = new GoldenReplay(arch, profile, module, words[1]);
                    cases.add(last);
                }
                case "symbol" -> last.symbols.put(words[1], Address.parse(words[2]));
                case "section" -> last.sections.put(Integer.valueOf(words[1]), Address.parse(words[3]));
                case "words" ->
                    last.changed
                            .computeIfAbsent(Integer.valueOf(words[1]), any -> new TreeMap<>())
                            .put(Integer.parseInt(words[2], 16), HexFormat.of().parseHex(words[3]));
                case "refused" -> last.refused.add(words[1]);
                case "verdict" -> assertEquals(words[1].equals("refused"), !last.refused.isEmpty());
                default -> assertEquals("#", words[0], line);
            }
        }
        assertTrue(cases.size() >= 4, target + " has " + cases.size() + " cases");
        return cases;
    }

    private void replay() {
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(arch)
                .profile(profile)
                .kernelSymbols(KernelSymbols.of(symbols))
                .build()) {
            LayoutPlan plan = runtime.plan(ModuleFile.open(file(module)));
            Map<Integer, Address> loaded = new HashMap<>(sections);
            loaded.keySet()
                    .removeIf(index ->
                            plan.region(plan.file().elf().section(index)).isEmpty());
            try (PlacedModule placed = plan.place(Placement.sections(loaded, Map.of()))) {
                if (refused.isEmpty()) {
                    RelocatedModule relocated = placed.resolve().relocate();
                    sections.keySet().forEach(index -> compare(plan, relocated, index));
                } else {
                    RelocationException failure = assertThrows(
                            RelocationException.class, () -> placed.resolve().relocate());
                    RelocationPlace at = failure.place().orElseThrow();
                    String place = at.section() + "+0x" + Long.toHexString(at.sectionOffset());
                    // The kernel stops at its first one; the linker lists them all, in no order that matters.
                    assertTrue(refused.contains(place), place + " is none of " + refused);
                }
            }
        }
    }

    private void compare(LayoutPlan plan, RelocatedModule relocated, int index) {
        Section section = plan.file().elf().section(index);
        if (!section.hasContents()
                || (section.isAllocated() && plan.region(section).isEmpty())) {
            return; // .modinfo and __versions: the loader reads them, but does not load them
        }
        byte[] expected = Arrays.copyOfRange(plan.file().elf().array(), (int) section.fileOffset(), (int)
                (section.fileOffset() + section.sizeBytes()));
        changed.getOrDefault(index, Map.of())
                .forEach((offset, bytes) -> System.arraycopy(bytes, 0, expected, offset, bytes.length));
        byte[] actual = relocated.relocated(section);
        int different = Arrays.mismatch(expected, actual);
        assertEquals(
                -1,
                different,
                () -> section + "+0x" + Integer.toHexString(different) + ": the linker's bytes are "
                        + HexFormat.of().formatHex(expected, different, Math.min(different + 16, expected.length))
                        + ", these "
                        + HexFormat.of().formatHex(actual, different, Math.min(different + 16, expected.length)));
    }
}
