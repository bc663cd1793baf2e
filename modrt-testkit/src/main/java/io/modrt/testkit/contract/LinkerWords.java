package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.BundledModules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apiguardian.api.API;

/**
 * What an independent linker makes of modules at given addresses, and what it refuses. The text has a line for each fact, fields
 * separated by one space, numbers in hexadecimal unless said otherwise:
 *
 * <pre>
 *   # TEXT                            a comment
 *   module FILE                       what follows is of this file
 *   case NAME                         one link; all lines up to the next {@code case} or {@code module} belong to it
 *   symbol NAME VALUE                 the value of an undefined symbol
 *   section INDEX NAME ADDRESS        where a section lies; INDEX (decimal) is that of the section header in FILE. Sections that are
 *                                     not loaded lie at 0.
 *   words INDEX OFFSET BYTES          the bytes from OFFSET on, as they lie in memory, that linking changed
 *   refused SECTION+OFFSET MESSAGE    a place that the linker refuses, in its own words; SECTION is a name: {@code .data+0x1c}
 *   verdict ok|refused                ends the case
 * </pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LinkerWords {
    private final List<Link> links;
    private final Optional<KernelProfile> profile;

    /** One link; bytes that {@code changed} does not name are as in the file. */
    record Link(
            String module,
            ModuleFile file,
            String name,
            Map<String, Address> symbols,
            Map<Integer, Address> sections,
            Map<Integer, Map<Integer, byte[]>> changed,
            Map<String, String> refused) {

        @Override
        public String toString() {
            return module + " " + name;
        }
    }

    private LinkerWords(List<Link> links, Optional<KernelProfile> profile) {
        this.links = links;
        this.profile = profile;
    }

    /** Those of a bundled target, for example {@code mips-o32-be-r2}: {@code golden.txt} in its folder. */
    public static LinkerWords bundled(String target) {
        String text = new String(BundledModules.file(target + "/golden.txt"), StandardCharsets.UTF_8);
        return of(text, name -> BundledModules.file(target + "/" + name));
    }

    /**
     * Those of a text.
     *
     * @param text in the format above
     * @param files from a module's name in the text to its bytes
     */
    public static LinkerWords of(String text, Function<String, byte[]> files) {
        List<Link> links = new ArrayList<>();
        String module = "";
        ModuleFile file = null;
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 4);
            switch (words[0]) {
                case "module" -> {
                    module = words[1];
                    file = ModuleFile.open(files.apply(module));
                }
                case "case" -> {
                    if (file == null) {
                        throw new IllegalArgumentException("a case in front of the first module: " + line);
                    }
                    links.add(new Link(
                            module,
                            file,
                            words[1],
                            new HashMap<>(),
                            new TreeMap<>(),
                            new TreeMap<>(),
                            new TreeMap<>()));
                }
                default -> {
                    if (!words[0].equals("#")) {
                        add(links, line, words);
                    }
                }
            }
        }
        return new LinkerWords(List.copyOf(links), Optional.empty());
    }

    private static void add(List<Link> links, String line, String[] words) {
        if (links.isEmpty()) {
            throw new IllegalArgumentException("a line in front of the first case: " + line);
        }
        Link link = links.get(links.size() - 1);
        switch (words[0]) {
            case "symbol" -> link.symbols.put(words[1], Address.parse(words[2]));
            case "section" -> link.sections.put(Integer.valueOf(words[1]), Address.parse(words[3]));
            case "words" ->
                link.changed
                        .computeIfAbsent(Integer.valueOf(words[1]), any -> new TreeMap<>())
                        .put(Integer.parseInt(words[2], 16), HexFormat.of().parseHex(words[3]));
            case "refused" -> link.refused.put(place(link, line, words[1]), line.substring(words[0].length() + 1));
            case "verdict" -> {
                if (words[1].equals("refused") == link.refused.isEmpty()) {
                    throw new IllegalArgumentException(link + " is " + words[1] + ", for " + link.refused.values());
                }
            }
            default -> throw new IllegalArgumentException("not a line of a linker's words: " + line);
        }
    }

    /** A place as refusals have it: the section's name, and the offset behind {@code +0x}. */
    private static String place(Link link, String line, String text) {
        int plus = text.lastIndexOf('+');
        String section = text.substring(0, Math.max(plus, 0));
        String offset = text.substring(plus + 1);
        try {
            long number = Long.parseUnsignedLong(offset.startsWith("0x") ? offset.substring(2) : offset, 16);
            if (link.file.elf().section(section).isPresent()) {
                return section + "+0x" + Long.toHexString(number);
            }
        } catch (NumberFormatException notHexadecimal) {
            throw new IllegalArgumentException(line + ": not an offset, in hexadecimal: " + offset, notHexadecimal);
        }
        throw new IllegalArgumentException(line + ": " + link.module + " has no section " + section
                + "; a refused place is, for example, .data+0x1c");
    }

    /** Those of some of the modules alone, by the names in the text. */
    public LinkerWords only(String... modules) {
        Set<String> names = Set.of(modules);
        return new LinkerWords(
                links.stream().filter(link -> names.contains(link.module)).toList(), profile);
    }

    /** The same, for a kernel that is none of {@link ArchContract#profiles()}. */
    public LinkerWords on(KernelProfile kernel) {
        return new LinkerWords(links, Optional.of(kernel));
    }

    List<Link> links() {
        return links;
    }

    /** The kernel; empty for the first of the contract's. */
    Optional<KernelProfile> profile() {
        return profile;
    }
}
