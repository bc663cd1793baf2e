package io.modrt.image;

import io.modrt.error.FormatException;
import io.modrt.layout.Placement;
import io.modrt.module.ModuleFile;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Where the parts of one module lie in an image, also those that the kernel has freed, and how each place was found. A module that is loaded
 * by {@link #placement} has the bytes that the image should have:
 *
 * <pre>{@code
 * ObservedPlacement seen = ObservedPlacement.of(file, image);
 * RelocatedModule module = runtime.plan(file, policy).place(seen.placement()).resolve().relocate();
 * VerificationResult result = Verification.of(module).withoutInit().run(image.memory());
 * }</pre>
 *
 * @param placement the addresses; a region that was freed may overlap what other modules have now
 * @param isInitGone whether the kernel has freed the init regions
 * @param evidence each part with how it was found
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ObservedPlacement(Placement placement, boolean isInitGone, List<PlacementEvidence> evidence) {

    /** Copies the list. */
    public ObservedPlacement {
        evidence = List.copyOf(evidence);
    }

    /**
     * Finds a module by the image alone: by its {@code struct module}, or, where there is none of its name, by its code.
     *
     * @throws FormatException if the image has neither, or if the kernel would refuse the file
     */
    public static ObservedPlacement of(ModuleFile file, MemoryImage image) {
        return of(file, image, KnownAddresses.none());
    }

    /**
     * The same, where something else tells addresses of the module's sections or symbols. What those tell is taken from them, the rest from
     * the image.
     *
     * @throws FormatException if neither they nor the image tell where the module is, or if the kernel would refuse the file
     */
    public static ObservedPlacement of(ModuleFile file, MemoryImage image, KnownAddresses known) {
        return new ImageModules(image, image.profile(), told -> {}, file, known).observed();
    }

    /** A line for each part. */
    @Override
    public String toString() {
        return evidence.stream().map(PlacementEvidence::toString).collect(Collectors.joining("\n"));
    }
}
