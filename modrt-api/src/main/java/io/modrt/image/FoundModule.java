package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/**
 * A module that an image has.
 *
 * @param name the name in its {@code struct module}
 * @param structModule where that is
 * @param isListed whether it is on the kernel's list of modules; one that is not is hidden
 * @param state the kernel's word for its state, as {@code /proc/modules} has it
 * @param regions where its memory is; those that the kernel has freed are missing
 * @param sections where its sections lie, by name; also those in memory that was freed. Of several sections of one name the first counts.
 *     Empty for a module that has no file, or whose file does not suit: only {@code regions} tell where that is
 * @param references its reference count as {@code /proc/modules} shows it; empty where the field was not found
 * @param users the names of the modules that use it, the most recent first
 * @param taints the letters of what it taints the kernel with; empty also where the field was not found
 * @param parameters its parameters' values as {@code /sys} would show them
 * @param file the file that it was compared with; empty if there is none for it
 * @param evidence what of this was found how
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record FoundModule(
        String name,
        Address structModule,
        boolean isListed,
        String state,
        Map<RegionKind, AddressRange> regions,
        Map<String, Address> sections,
        OptionalLong references,
        List<String> users,
        String taints,
        Map<String, String> parameters,
        Optional<ModuleFile> file,
        List<PlacementEvidence> evidence) {

    /** Copies the maps and lists; the regions are in the kernel's order, the others as they are given. */
    public FoundModule {
        Map<RegionKind, AddressRange> sorted = new EnumMap<>(RegionKind.class);
        sorted.putAll(regions);
        regions = Collections.unmodifiableMap(sorted);
        sections = Collections.unmodifiableMap(new LinkedHashMap<>(sections));
        users = List.copyOf(users);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        evidence = List.copyOf(evidence);
    }

    /** The base that {@code /proc/modules} shows: that of the region with the code, or of the only one. */
    public Optional<Address> base() {
        return Optional.ofNullable(regions.getOrDefault(RegionKind.CORE, regions.get(RegionKind.TEXT)))
                .map(AddressRange::start);
    }

    /** The size that {@code /proc/modules} shows: that of all regions. */
    public long sizeBytes() {
        return regions.values().stream().mapToLong(AddressRange::sizeBytes).sum();
    }

    /** A line as {@code /proc/modules} has it. */
    @Override
    public String toString() {
        String used = users.isEmpty() ? "-" : String.join(",", users) + ",";
        return name + " " + sizeBytes() + " "
                + (references.isPresent() ? Long.toString(references.getAsLong()) : "?") + " " + used + " " + state
                + " "
                + base().map(Address::toString).orElse("?") + (taints.isEmpty() ? "" : " (" + taints + ")")
                + (isListed ? "" : " HIDDEN");
    }
}
