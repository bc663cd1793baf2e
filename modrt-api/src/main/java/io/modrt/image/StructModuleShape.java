package io.modrt.image;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Where fields of {@code struct module} are in one kernel. They differ from build to build, and each was found by evidence: by what the
 * fields of the modules in an image hold.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class StructModuleShape {

    /**
     * A field.
     *
     * @param offset in bytes from the start
     * @param modules how many modules show that it is there
     * @param evidence how, for a person
     */
    public record Field(int offset, int modules, String evidence) {}

    private final Map<String, Field> fields;

    StructModuleShape(Map<String, Field> fields) {
        this.fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }

    /**
     * The fields that were found, by name, sorted: {@code state}, {@code list}, {@code name}; {@code init}, {@code exit}, {@code refcnt},
     * {@code taints}, {@code percpu}, {@code source_list}, {@code target_list}, {@code kallsyms}; and the pointer to each region as
     * {@code base of CORE}, and its size as {@code size of CORE}.
     */
    public Map<String, Field> fields() {
        return fields;
    }

    /** The offset of a field; empty if it was not found. */
    public OptionalInt offset(String field) {
        Field found = fields.get(field);
        return found == null ? OptionalInt.empty() : OptionalInt.of(found.offset());
    }

    /** For example {@code base of CORE 0xd8 (119: a region of the module's size), init 0xd4 (…)}. */
    @Override
    public String toString() {
        List<Map.Entry<String, Field>> sorted = fields.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.comparingInt(Field::offset)))
                .toList();
        return sorted.stream()
                .map(entry -> entry.getKey() + " 0x" + Integer.toHexString(entry.getValue().offset) + " ("
                        + entry.getValue().modules + ": " + entry.getValue().evidence + ")")
                .collect(Collectors.joining(", "));
    }
}
