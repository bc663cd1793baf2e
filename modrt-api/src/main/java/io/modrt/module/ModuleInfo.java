package io.modrt.module;

import io.modrt.bytes.Printable;
import io.modrt.elf.Section;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The {@code tag=value} strings of a module's {@code .modinfo} section, in their order, with all values of a repeated tag. Further NULs
 * between strings are padding. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleInfo {
    private static final ModuleInfo NONE = new ModuleInfo(List.of());

    private final List<Entry> entries;

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

    private ModuleInfo(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The strings of a file without the section: none. */
    static ModuleInfo none() {
        return NONE;
    }

    /** The strings in {@code section}, which the caller has checked to end with NUL. */
    static ModuleInfo of(Section section) {
        byte[] b = section.file().array();
        int at = (int) section.fileOffset();
        int end = at + (int) section.sizeBytes();
        List<Entry> entries = new ArrayList<>();
        while (at < end) {
            int from = at;
            int equals = -1;
            while (b[at] != 0) {
                if (b[at] == '=' && equals < 0) {
                    equals = at;
                }
                at++;
            }
            if (at > from) {
                int tagEnd = equals < 0 ? at : equals;
                int valueStart = equals < 0 ? at : equals + 1;
                entries.add(new Entry(text(b, from, tagEnd), text(b, valueStart, at)));
            }
            at++;
        }
        return new ModuleInfo(entries);
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** All strings, in the order of the section. */
    public List<Entry> entries() {
        return entries;
    }

    /** The value of the first string with this tag, which is the one that the kernel uses. */
    public Optional<String> first(String tag) {
        for (Entry e : entries) {
            if (e.tag().equals(tag)) {
                return Optional.of(e.value());
            }
        }
        return Optional.empty();
    }

    /** The values of all strings with this tag, in order. */
    public List<String> all(String tag) {
        List<String> values = new ArrayList<>();
        for (Entry e : entries) {
            if (e.tag().equals(tag)) {
                values.add(e.value());
            }
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
        return entries.size() + " modinfo strings";
    }
}
