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
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
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
            boolean isResized = module.placed().shape(section).sizeBytes() != section.sizeBytes();
            if (module.placed().address(section).isPresent() && section.sizeBytes() > 0 && !isResized) {
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
            RelocationTable table = kernelOf(arch).relocations(addends);
            for (RelocationType type : table.types()) {
                fields.put(type.psabiName(), type.field());
            }
        }
        return fields;
    }

    private ArchKernel kernelOf(Arch arch) {
        return arch.kernel(
                profile.assuming(arch.usualConfiguration()), file.elf().header());
    }

    private byte[] contents(Section section) {
        int size = Math.toIntExact(section.sizeBytes());
        int from = Math.toIntExact(section.fileOffset());
        return section.hasContents() ? Arrays.copyOfRange(file.elf().array(), from, from + size) : new byte[size];
    }

    private void apply(
            Relocation relocation, LiveModule module, Map<String, Field> fields, Map<Section, byte[]> expected) {
        ByteOrder codeOrder = module.placed().plan().archKernel().codeOrder();
        String what = name + ": " + relocation.place();
        byte[] bytes = expected.entrySet().stream()
                .filter(entry -> range(module, entry.getKey())
                        .contains(relocation.place().P()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + ": its place is in no section"));
        ElfEncoding encoding = encoding();
        int at = (int) relocation.place().sectionOffset();
        Field field = fields.get(relocation.place().type());
        Assertions.assertNotNull(field, () -> what + ": its type is in no table");
        ElfEncoding numbers = field.isCode() ? new ElfEncoding(encoding.elfClass(), codeOrder) : encoding;
        long before = numbers.number(bytes, at, field.bytes());
        Assertions.assertEquals(before, relocation.before(), () -> what + ": before");
        long others = ~mask(field, numbers.isBigEndian());
        Assertions.assertEquals(0, (before ^ relocation.after()) & others, () -> what + ": bits outside " + field);
        numbers.putNumber(bytes, at, field.bytes(), relocation.after());
    }

    private static long mask(Field field, boolean bigEndian) {
        if (field.bytes() < Long.BYTES) {
            return Integer.toUnsignedLong(field.mask());
        }
        Field second = field.second();
        if (second == null) {
            return -1;
        }
        int upper = bigEndian ? field.mask() : second.mask();
        int lower = bigEndian ? second.mask() : field.mask();
        return (long) upper << Integer.SIZE | Integer.toUnsignedLong(lower);
    }

    private ElfEncoding encoding() {
        return new ElfEncoding(
                file.elf().elfClass(), file.elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static AddressRange range(LiveModule module, Section section) {
        return new AddressRange(module.placed().address(section).orElseThrow(), section.sizeBytes());
    }

    /** Checks that stubs lie in the module, but in no section of the file and not on each other, and hold their template's words. */
    void checkStubs(LiveModule module, FakeMemory memory) {
        List<AddressRange> taken = new ArrayList<>();
        for (Section section : file.elf().sections()) {
            boolean isResized = module.placed().shape(section).sizeBytes() != section.sizeBytes();
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
            byte[] code = stub.code(module.placed().plan().archKernel().codeOrder());
            Assertions.assertArrayEquals(code, memory.bytes(stub.address(), code.length), () -> what + ": code");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
