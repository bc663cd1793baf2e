package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.image.ImageModules.Entry;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.MachineFacts;
import io.modrt.layout.RegionKind;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same modules as a kernel on another machine would have rewritten them, for each fact about the machine that the image does not tell.
 * Where they differ, memory may have either form.
 */
final class OtherMachines {
    private static final String KIND = "rewritten for a machine of which the image does not tell";

    private final List<Map<Address, RelocatedModule>> modules = new ArrayList<>();
    private final List<MachineFacts> facts;

    OtherMachines(MemoryImage image) {
        KernelProfile profile = image.profile();
        this.facts = image.arch().undecided(image.symbols());
        for (MachineFacts fact : facts) {
            Map<Address, RelocatedModule> loaded = new HashMap<>();
            ImageModules other = new ImageModules(
                    image, profile.withMachine(profile.machine().with(fact)), told -> {});
            for (Entry entry : other.entries()) {
                entry.relocated()
                        .ifPresent(relocated -> loaded.put(entry.module().at(), relocated));
            }
            modules.add(loaded);
        }
    }

    /** The words of a module that may be in either form. */
    List<PatchSite> sites(Entry entry, RelocatedModule relocated) {
        List<PatchSite> sites = new ArrayList<>();
        PlacedModule placed = relocated.resolved().placed();
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = placed.range(kind);
            if (range.isPresent() && !(kind.isInit() && entry.isInitGone())) {
                byte[] bytes = relocated.bytes(kind);
                for (int i = 0; i < facts.size(); i++) {
                    RelocatedModule other = modules.get(i).get(entry.module().at());
                    if (other != null && other.resolved().placed().range(kind).equals(range)) {
                        compare(range.get().start(), bytes, other.bytes(kind), facts.get(i), sites);
                    }
                }
            }
        }
        return sites;
    }

    private static void compare(Address start, byte[] bytes, byte[] others, MachineFacts fact, List<PatchSite> sites) {
        for (int at = 0; at + Integer.BYTES <= bytes.length; at += Integer.BYTES) {
            int end = at + Integer.BYTES;
            if (!Arrays.equals(bytes, at, end, others, at, end)) {
                sites.add(new PatchSite(
                        start.plus(at),
                        KIND,
                        List.of(
                                Form.of("not with " + fact, Arrays.copyOfRange(bytes, at, end)),
                                Form.of("with " + fact, Arrays.copyOfRange(others, at, end)))));
            }
        }
    }
}
