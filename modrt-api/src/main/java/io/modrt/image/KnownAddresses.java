package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.SymbolMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Addresses of one module that something besides the image tells.
 *
 * @param sections addresses of sections, by name, as {@code /sys/module/NAME/sections} has them
 * @param symbols addresses of the module's own symbols, by name, as {@code /proc/kallsyms} has them
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KnownAddresses(Map<String, Address> sections, Map<String, Address> symbols) {
    /** Such as {@code /sys/module/xfs/sections/.text:0xc0000000}, which {@code grep .} prints, or {@code .text 0xc0000000}. */
    private static final Pattern LINE = Pattern.compile("(?:.*/)?([^/\\s]+?)[:\\s]\\s*(?:0[xX])?([0-9a-fA-F]{1,16})");

    /** Copies the maps. */
    public KnownAddresses {
        sections = Map.copyOf(sections);
        symbols = Map.copyOf(symbols);
    }

    /** Of a module of which nothing else is known. */
    public static KnownAddresses none() {
        return new KnownAddresses(Map.of(), Map.of());
    }

    /**
     * The sections that text of {@code /sys} names: a line for each, as {@code grep . /sys/module/NAME/sections/*} prints them, or with the
     * section's name and its address alone. Of two lines for one section the last counts.
     *
     * @throws FormatException if a line is neither
     */
    public static KnownAddresses sysText(String text) {
        Map<String, Address> sections = new LinkedHashMap<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.isEmpty()) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new FormatException(Refusal.beyondKernel("no section and its address: \""
                        + line.substring(0, Math.min(line.length(), 80)).replaceAll("[^ -~]", "?") + "\""));
            }
            sections.put(matcher.group(1), Address.parse("0x" + matcher.group(2)));
        }
        return new KnownAddresses(sections, Map.of());
    }

    /** The module's own symbols, for example {@code KernelSymbols.kallsyms(text).ownedBy("xfs")}. */
    public static KnownAddresses symbols(SymbolMap own) {
        return new KnownAddresses(Map.of(), own.values());
    }
}
