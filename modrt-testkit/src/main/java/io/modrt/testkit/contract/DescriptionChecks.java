package io.modrt.testkit.contract;

import io.modrt.ModuleRuntime;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfField;
import io.modrt.version.KernelChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** What an architecture says of itself, its kernels and its types. */
final class DescriptionChecks {
    private static final long LEAST_KERNEL_BYTES = 1 << 24;

    private final Subject subject;
    private final Arch arch;

    private DescriptionChecks(Subject subject) {
        this.subject = subject;
        this.arch = subject.arch();
    }

    static Stream<DynamicTest> of(Subject subject) {
        DescriptionChecks checks = new DescriptionChecks(subject);
        return Stream.of(
                DynamicTest.dynamicTest("it has a name and a version", checks::saysWhatItIs),
                DynamicTest.dynamicTest("its areas are addresses and apart", checks::hasAreas),
                DynamicTest.dynamicTest("it takes its modules and no other machine's", checks::takesItsModules),
                DynamicTest.dynamicTest("another version of the SPI is refused", checks::isRefusedInAnotherVersion),
                DynamicTest.dynamicTest("another provider is refused", checks::isRefusedBesideAnother),
                DynamicTest.dynamicTest("each type is there once and sound", checks::describesEachTypeOnce));
    }

    /** A test for each field of a type. */
    static Stream<DynamicTest> fields(Subject subject) {
        Set<String> seen = new HashSet<>();
        return subject.types().stream()
                .map(RelocationType::field)
                .filter(field -> seen.add(field.toString()))
                .map(field -> DynamicTest.dynamicTest(field.toString(), () -> check(field)));
    }

    private static void check(Field field) {
        Field second = field.second();
        if (second != null || field.bytes() != Integer.BYTES) {
            FieldCheck.checkBytes(field);
        } else {
            FieldCheck.check(field);
        }
    }

    private void saysWhatItIs() {
        Assertions.assertFalse(arch.name().isBlank(), "name");
        Assertions.assertEquals(Arch.SPI_VERSION, arch.spiVersion(), "version of the SPI");
        List<String> changes =
                arch.history().stream().map(KernelChange::name).distinct().toList();
        Assertions.assertEquals(arch.history().size(), changes.size(), () -> "names of changes: " + changes);
        for (KernelProfile profile : subject.contract().profiles()) {
            Assertions.assertFalse(arch.usualConfiguration(profile).isEmpty(), "usual configuration of " + profile);
        }
    }

    private void hasAreas() {
        for (ArchKernel kernel : subject.kernels()) {
            List<AddressRange> areas = new ArrayList<>(kernel.moduleAreas());
            Assertions.assertFalse(areas.isEmpty(), "module areas");
            AddressRange own = kernel.kernelArea();
            Assertions.assertTrue(
                    own.sizeBytes() > LEAST_KERNEL_BYTES || own.sizeBytes() < 0,
                    () -> "the kernel area " + own + " is not larger than 16 MB; mend ArchKernel.kernelArea()");
            areas.forEach(area -> Assertions.assertFalse(
                    area.overlaps(own),
                    () -> "module area " + area + " overlaps the kernel area " + own
                            + "; mend ArchKernel.moduleAreas() or kernelArea()"));
            areas.add(own);
            for (AddressRange area : areas) {
                long start = area.start().value();
                Assertions.assertTrue(area.sizeBytes() > 0, () -> "size of " + area);
                Assertions.assertEquals(kernel.width().wrap(start), start, () -> "width of the start of " + area);
            }
        }
    }

    private void takesItsModules() {
        subject.modules().forEach((name, file) -> {
            ElfHeader header = file.elf().header();
            for (KernelProfile profile : subject.contract().profiles()) {
                Assertions.assertEquals(
                        header.elfClass().wordBytes(),
                        subject.kernel(profile, file).width().bytes(),
                        () -> "bytes of an address, for " + name + "; mend ArchKernel.width()");
            }
            byte[] other = ElfEdit.of(file.elf().array())
                    .header(ElfField.E_MACHINE, header.machine() ^ 0x7fff)
                    .build();
            Assertions.assertTrue(arch.accepts(header), () -> name + " is not taken; mend Arch.accepts()");
            Assertions.assertFalse(arch.accepts(ModuleFile.open(other).elf().header()), name + ", another machine");
        });
    }

    private void isRefusedInAnotherVersion() {
        Arch older = new ForwardingArch(arch) {
            @Override
            public int spiVersion() {
                return Arch.SPI_VERSION - 1;
            }
        };
        ModuleRuntime.Builder builder = ModuleRuntime.builder().arch(older);
        IllegalStateException refused = Assertions.assertThrows(IllegalStateException.class, builder::build);
        assertNames(refused, older.name());
    }

    private void isRefusedBesideAnother() {
        Arch other = new ForwardingArch(arch);
        ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(arch)
                .arch(other)
                .kernelSymbols(KernelSymbols.synthetic())
                .build();
        ModuleFile file = subject.anyModule();
        IllegalStateException refused = Assertions.assertThrows(IllegalStateException.class, () -> runtime.load(file));
        assertNames(refused, arch.name() + " (");
        assertNames(refused, other.name() + " (");
    }

    private static void assertNames(RuntimeException refused, String name) {
        String message = String.valueOf(refused.getMessage());
        Assertions.assertTrue(message.contains(name), () -> message + " does not name " + name);
    }

    private void describesEachTypeOnce() {
        for (ArchKernel kernel : subject.kernels()) {
            for (AddendKind addends : AddendKind.values()) {
                Set<String> names = new HashSet<>();
                for (RelocationType type : kernel.relocations(addends).types()) {
                    String name = type.psabiName();
                    Assertions.assertTrue(names.add(name), () -> name + " twice");
                    Assertions.assertEquals(1, Integer.bitCount(type.targetAlignment()), () -> name + ": alignment");
                    Assertions.assertTrue(
                            type.field().bytes() <= kernel.width().bytes() || !type.routed(), () -> name + ": routed");
                    Assertions.assertTrue(
                            type.formula() != Formula.NONE || !type.routed(), () -> name + ": routed, stores nothing");
                }
            }
        }
    }
}
