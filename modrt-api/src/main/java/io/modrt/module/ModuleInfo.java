package io.modrt.module;

import io.modrt.bytes.Nul;
import io.modrt.bytes.Printable;
import io.modrt.elf.Section;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The {@code tag=value} strings of a module's {@code .modinfo} section, in their order, with all values of a repeated tag. Further NULs
 * between strings are padding. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleInfo {
    private static final ModuleInfo NONE = new ModuleInfo(new byte[0], new int[0], new int[0]);

    private final byte[] bytes;
    private final int[] starts;
    private final int[] ends;
    private volatile @Nullable List<Entry> entries;

    /**
     * One string.
     *
     * @param tag the text in front of the first equals sign, or the whole string without one
     * @param value the text behind the first equals sign; empty without one
     */
    public record Entry(String tag, String value) {
        /** As in the file, escaped. */
        @Override
        public String toString() {
            return Printable.name(tag) + "=" + Printable.name(value);
        }
    }

    private ModuleInfo(byte[] bytes, int[] starts, int[] ends) {
        this.bytes = bytes;
        this.starts = starts;
        this.ends = ends;
    }

    /** The strings of a file without the section: none. */
    static ModuleInfo none() {
        return NONE;
    }

    /** The strings in {@code section}, which the caller has checked to end with NUL. */
    static ModuleInfo of(Section section) {
        byte[] bytes = section.file().array();
        int at = (int) section.fileOffset();
        int end = at + (int) section.sizeBytes();
        int[] starts = new int[16];
        int[] ends = new int[16];
        int count = 0;
        while (at < end) {
            int stringEnd = at + Nul.distance(bytes, at);
            if (stringEnd > at) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * count);
                    ends = Arrays.copyOf(ends, 2 * count);
                }
                starts[count] = at;
                ends[count++] = stringEnd;
            }
            at = stringEnd + 1;
        }
        return new ModuleInfo(bytes, Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
    }

    /** All strings, in the order of the section. */
    public List<Entry> entries() {
        List<Entry> known = entries;
        if (known == null) {
            List<Entry> all = new ArrayList<>(starts.length);
            for (int i = 0; i < starts.length; i++) {
                int equals = starts[i];
                while (equals < ends[i] && bytes[equals] != '=') {
                    equals++;
                }
                all.add(new Entry(text(starts[i], equals), text(Math.min(equals + 1, ends[i]), ends[i])));
            }
            known = List.copyOf(all);
            entries = known;
        }
        return known;
    }

    private String text(int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** The number of the first string from {@code from} on that has this tag, or -1. */
    private int next(byte[] tag, int from) {
        for (int i = from; i < starts.length; i++) {
            int tagEnd = starts[i] + tag.length;
            if (tagEnd <= ends[i]
                    && (tagEnd == ends[i] || bytes[tagEnd] == '=')
                    && Arrays.equals(bytes, starts[i], tagEnd, tag, 0, tag.length)) {
                return i;
            }
        }
        return -1;
    }

    private String value(int number, byte[] tag) {
        return text(Math.min(starts[number] + tag.length + 1, ends[number]), ends[number]);
    }

    /** The value of the first string with this tag, which is the one that the kernel uses. */
    public Optional<String> first(String tag) {
        byte[] wanted = tag.getBytes(StandardCharsets.UTF_8);
        int found = tag.indexOf('=') >= 0 ? -1 : next(wanted, 0);
        return found < 0 ? Optional.empty() : Optional.of(value(found, wanted));
    }

    /** The values of all strings with this tag, in order. */
    public List<String> all(String tag) {
        byte[] wanted = tag.getBytes(StandardCharsets.UTF_8);
        List<String> values = new ArrayList<>();
        for (int i = tag.indexOf('=') >= 0 ? -1 : next(wanted, 0); i >= 0; i = next(wanted, i + 1)) {
            values.add(value(i, wanted));
        }
        return List.copyOf(values);
    }

    /** {@code vermagic}: the kernel that the module was built for; kernels write a space at its end. */
    public Optional<String> vermagic() {
        return first("vermagic");
    }

    /** {@code license}. */
    public Optional<String> license() {
        return first("license");
    }

    /** {@code depends}: the names of the modules to load before this one. */
    public List<String> depends() {
        List<String> names = new ArrayList<>();
        String list = first("depends").orElse("");
        for (int from = 0; from < list.length(); ) {
            int comma = list.indexOf(',', from);
            int end = comma < 0 ? list.length() : comma;
            if (end > from) {
                names.add(list.substring(from, end));
            }
            from = end + 1;
        }
        return List.copyOf(names);
    }

    /** {@code alias}: the patterns of devices, and other names, for which the module is loaded. */
    public List<String> aliases() {
        return all("alias");
    }

    /** {@code import_ns}: the namespaces whose exports the module may use. */
    public List<String> importNamespaces() {
        return all("import_ns");
    }

    /** The number of strings. */
    @Override
    public String toString() {
        return starts.length + " modinfo strings";
    }
}
