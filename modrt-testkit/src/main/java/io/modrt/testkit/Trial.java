package io.modrt.testkit;

import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.Section;
import io.modrt.error.ModrtException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.Field;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.SectionSizer;
import io.modrt.spi.Stub;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

/** One module of a contract, on one kernel, by one policy. */
record Trial(String name, ModuleFile file, KernelSymbols symbols, KernelProfile profile, LoadPolicy policy) {

    /** A kernel for it, of an architecture that may be watched. */
    FakeKernel kernel(Arch arch) {
        return FakeKernel.of(arch, symbols, profile, policy);
    }

    /** Loads the module; empty where it is refused, which must leave everything as it was. */
    Optional<LiveModule> load(FakeKernel kernel) {
        FakeKernel.State before = kernel.state();
        try {
            return Optional.of(kernel.runtime().load(file));
        } catch (ModrtException refused) {
            Assertions.assertEquals(before, kernel.state(), () -> name + " was refused and left traces: " + refused);
            return Optional.empty();
        }
    }

    /** Why the module is refused, for messages. */
    String refusal(Arch arch) {
        return kernel(arch)
                .runtime()
                .refusal(file, Placement.allocated(), policy)
                .map(ModrtException::toString)
                .orElse("it is not");
    }

    /** Checks that every byte of the module's sections is the file's but for what the explained relocations say. */
    void checkExplanation(Arch arch, LiveModule module) {
        Map<String, Field> fields = fields(arch);
        Map<Section, byte[]> expected = new HashMap<>();
        for (Section section : file.elf().sections()) {
            if (module.placed().address(section).isPresent() && section.sizeBytes() > 0) {
                expected.put(section, contents(section));
            }
        }
        module.relocations().forEach(relocation -> apply(relocation, module, fields, expected));
        expected.forEach((section, bytes) -> Assertions.assertArrayEquals(
                bytes,
                module.relocated(section),
                () -> name + ": " + section.name() + " differs from what is explained"));
    }

    private Map<String, Field> fields(Arch arch) {
        Map<String, Field> fields = new HashMap<>();
        for (AddendKind addends : AddendKind.values()) {
            RelocationTable table = arch.relocations(profile.assuming(arch.usualConfiguration()), addends);
            for (RelocationType type : table.types()) {
                fields.put(type.psabiName(), type.field());
            }
        }
        return fields;
    }

    private byte[] contents(Section section) {
        int size = Math.toIntExact(section.sizeBytes());
        int from = Math.toIntExact(section.fileOffset());
        return section.hasContents() ? Arrays.copyOfRange(file.elf().array(), from, from + size) : new byte[size];
    }

    private void apply(
            Relocation relocation, LiveModule module, Map<String, Field> fields, Map<Section, byte[]> expected) {
        String what = name + ": " + relocation.site();
        byte[] bytes = expected.entrySet().stream()
                .filter(entry ->
                        range(module, entry.getKey()).contains(relocation.site().P()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + ": its place is in no section"));
        ElfEncoding encoding = encoding();
        int at = (int) relocation.site().sectionOffset();
        Field field = fields.get(relocation.site().type());
        Assertions.assertNotNull(field, () -> what + ": its type is in no table");
        if (field.bytes() == Long.BYTES) {
            Assertions.assertEquals(encoding.pointer(bytes, at), relocation.before(), () -> what + ": before");
            encoding.putPointer(bytes, at, relocation.after());
        } else {
            int before = encoding.word(bytes, at);
            Assertions.assertEquals(Integer.toUnsignedLong(before), relocation.before(), () -> what + ": before");
            Assertions.assertEquals(
                    0,
                    (before ^ relocation.after()) & ~field.mask() & 0xffff_ffffL,
                    () -> what + ": bits outside " + field);
            encoding.putWord(bytes, at, (int) relocation.after());
        }
    }

    private ElfEncoding encoding() {
        return new ElfEncoding(
                file.elf().elfClass(), file.elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static AddressRange range(LiveModule module, Section section) {
        return new AddressRange(module.placed().address(section).orElseThrow(), section.sizeBytes());
    }

    /** Checks that stubs lie in the module, but in no section of the file and not on each other, and hold their template's words. */
    void checkStubs(Arch arch, LiveModule module, FakeMemory memory) {
        SectionSizer sizer = arch.sizer(file, module.placed().plan().profile(), policy);
        List<AddressRange> taken = new ArrayList<>();
        for (Section section : file.elf().sections()) {
            boolean isResized = sizer.shape(section).sizeBytes() != section.sizeBytes();
            if (module.placed().address(section).isPresent() && !isResized) {
                taken.add(range(module, section));
            }
        }
        List<AddressRange> regions = Arrays.stream(RegionKind.values())
                .flatMap(kind -> module.placed().range(kind).stream())
                .toList();
        for (Stub stub : module.stubs()) {
            String what = name + ": stub for " + stub.symbol() + " at " + stub.address();
            AddressRange range =
                    new AddressRange(stub.address(), stub.template().sizeBytes());
            Assertions.assertTrue(
                    regions.stream().anyMatch(region -> region.contains(range)),
                    () -> what + " is in none of " + regions);
            taken.forEach(other -> Assertions.assertFalse(other.overlaps(range), () -> what + " lies on " + other));
            taken.add(range);
            byte[] words = encoding().words(stub.template().fill(stub.target().value()));
            Assertions.assertArrayEquals(words, memory.bytes(stub.address(), words.length), () -> what + ": words");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
