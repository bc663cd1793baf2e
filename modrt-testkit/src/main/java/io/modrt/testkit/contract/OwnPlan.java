package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SectionImage;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** Shows an architecture the plan that it made itself, where the engine holds one that forwards to it. */
final class OwnPlan {
    private OwnPlan() {}

    static PlacedSections in(PlacedSections placed) {
        return placed.archPlan() instanceof ForwardingPlan plan ? new Placed(placed, plan.forwarded()) : placed;
    }

    static ModuleImage in(ModuleImage image) {
        return image.placed().archPlan() instanceof ForwardingPlan ? new Image(image) : image;
    }

    private record Placed(PlacedSections placed, ArchPlan archPlan) implements PlacedSections {
        @Override
        public ModuleFile file() {
            return placed.file();
        }

        @Override
        public KernelProfile profile() {
            return placed.profile();
        }

        @Override
        public LoadPolicy policy() {
            return placed.policy();
        }

        @Override
        public Section shape(Section section) {
            return placed.shape(section);
        }

        @Override
        public Optional<RegionKind> region(Section section) {
            return placed.region(section);
        }

        @Override
        public Optional<AddressRange> range(RegionKind region) {
            return placed.range(region);
        }

        @Override
        public Optional<Address> address(Section section) {
            return placed.address(section);
        }

        @Override
        public Optional<Address> anchor(String name) {
            return placed.anchor(name);
        }
    }

    private record Image(ModuleImage image) implements ModuleImage {
        @Override
        public PlacedSections placed() {
            return in(image.placed());
        }

        @Override
        public Optional<SectionImage> section(String name) {
            return image.section(name);
        }

        @Override
        public List<SectionImage> sections(String name) {
            return image.sections(name);
        }

        @Override
        public ByteOrder codeOrder() {
            return image.codeOrder();
        }

        @Override
        public void putBytesAt(long address, byte[] bytes) {
            image.putBytesAt(address, bytes);
        }

        @Override
        public void move(long from, int sizeBytes, long to) {
            image.move(from, sizeBytes, to);
        }

        @Override
        public boolean holds(long address, int sizeBytes) {
            return image.holds(address, sizeBytes);
        }

        @Override
        public int codeAt(long address) {
            return image.codeAt(address);
        }

        @Override
        public byte byteAt(long address) {
            return image.byteAt(address);
        }

        @Override
        public void putCodeAt(long address, int word) {
            image.putCodeAt(address, word);
        }

        @Override
        public void putByteAt(long address, byte value) {
            image.putByteAt(address, value);
        }

        @Override
        public int wordAt(long address) {
            return image.wordAt(address);
        }

        @Override
        public void putWordAt(long address, int word) {
            image.putWordAt(address, word);
        }

        @Override
        public long pointerAt(long address) {
            return image.pointerAt(address);
        }

        @Override
        public void putPointerAt(long address, long value) {
            image.putPointerAt(address, value);
        }
    }
}
