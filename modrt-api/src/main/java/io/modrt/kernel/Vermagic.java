package io.modrt.kernel;

import io.modrt.error.FormatException;
import io.modrt.version.KernelVersion;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A vermagic. It begins with the release; the words {@code SMP}, {@code preempt} or {@code preempt_rt}, {@code mod_unload} and
 * {@code modversions} follow if the kernel has these options, and the architecture's own words come last.
 */
record Vermagic(String release, KernelVersion version, Map<ConfigOption, Boolean> options) {

    static Vermagic parse(String vermagic) {
        List<String> words = List.of(vermagic.strip().split(" "));
        String release = words.get(0);
        KernelVersion version = KernelVersion.find(release)
                .orElseThrow(
                        () -> new FormatException(KernelVersion.missing(release).at("vermagic \"" + vermagic + "\"")));
        Map<ConfigOption, Boolean> options = new EnumMap<>(ConfigOption.class);
        options.put(ConfigOption.SMP, words.contains("SMP"));
        options.put(ConfigOption.PREEMPT, words.contains("preempt"));
        options.put(ConfigOption.PREEMPT_RT, words.contains("preempt_rt"));
        options.put(ConfigOption.MODULE_UNLOAD, words.contains("mod_unload"));
        options.put(ConfigOption.MODVERSIONS, words.contains("modversions"));
        return new Vermagic(release, version, options);
    }
}
