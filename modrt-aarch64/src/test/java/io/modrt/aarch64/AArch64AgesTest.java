package io.modrt.aarch64;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.FormatException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.version.KernelVersion;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels before 6.1. The shapes are those of modules that vendors built for 3.18, 4.1, 4.4 and 4.14. */
class AArch64AgesTest {
    private static final int NOP = 0xd503_201f;
    private static final int ABS64 = 257;
    private static final int PREL32 = 261;

    private static final TableShapes.ExceptionTable TWO_DISTANCES =
            new TableShapes.ExceptionTable(8, 4, Reference.FROM_FIELD, 2);

    private final KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "m")
            .withoutPlaceholders()
            .text(NOP, NOP)
            .function("start", ".text", 4);

    private static KernelProfile linux(String version) {
        return KernelProfile.of(KernelVersion.parse(version));
    }

    private static ArchKernel kernel(KernelProfile profile) {
        ModuleFile any = ModuleFile.open(
                KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "any").build());
        AArch64Arch arch = new AArch64Arch();
        return arch.kernel(
                profile.assuming(arch.usualConfiguration(profile)), any.elf().header());
    }

    /** A table of which the words at {@code offsets} are relocated against a function. */
    private void table(String name, int sizeBytes, int type, int... offsets) {
        module.readOnly(name).alignment(8).zeros(sizeBytes);
        for (int offset : offsets) {
            module.relocation(name, offset, type, "start");
        }
    }

    private TableShapes shapes(String version) {
        return kernel(linux(version)).tables(ModuleFile.open(module.build()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # version | exports  | exceptions | jumps
            4.1.45    | ABSOLUTE | 16         | 24
            4.5.0     | ABSOLUTE | 16         | 24
            4.6.0     | ABSOLUTE | 8          | 24
            4.14.83   | ABSOLUTE | 8          | 24
            4.19.0    | FROM_FIELD | 8        | 16
            5.16.0    | FROM_FIELD | 8        | 16
            5.17.0    | FROM_FIELD | 12       | 16
            """)
    void tablesHoldAddressesInOldKernels(String version, Reference exports, int exceptionBytes, int jumpBytes) {
        TableShapes tables = kernel(linux(version)).tables();
        assertEquals(exports, tables.exports().reference());
        assertEquals(exports == Reference.ABSOLUTE ? 8 : 4, tables.exports().fieldBytes());
        assertEquals(exceptionBytes, tables.exceptionTable().entryBytes());
        assertEquals(jumpBytes, tables.jumpTable().entryBytes());
    }

    @Test
    void aVendorsKernelMayHaveDistancesBeforeItsTime() {
        table("__ex_table", 8, PREL32, 0, 4);
        assertEquals(TWO_DISTANCES, shapes("4.4.198").exceptionTable());
    }

    @Test
    void severalExceptionsShowWhetherTheyHaveATypeEach() {
        table("__ex_table", 24, PREL32, 0, 4, 8, 12, 16, 20);
        assertEquals(TWO_DISTANCES, shapes("6.1.192").exceptionTable());
    }

    @Test
    void aWordThatIsNotRelocatedHoldsAType() {
        table("__ex_table", 24, PREL32, 0, 4, 12, 16);
        assertEquals(
                new TableShapes.ExceptionTable(12, 4, Reference.FROM_FIELD, 2),
                shapes("4.14.83").exceptionTable());
    }

    @Test
    void addressesOfExceptionsAndJumpsAreKnownByTheirRelocations() {
        table("__ex_table", 16, ABS64, 0, 8);
        table("__jump_table", 24, ABS64, 0, 8, 16);
        TableShapes shapes = shapes("6.1.192");
        assertEquals(new TableShapes.ExceptionTable(16, 8, Reference.ABSOLUTE, 2), shapes.exceptionTable());
        assertEquals(new TableShapes.JumpTable(8, 8, Reference.ABSOLUTE), shapes.jumpTable());
    }

    @Test
    void exportsOfAddressesAreRead() {
        module.readOnly("__ksymtab_strings").string("start");
        module.object("strings", "__ksymtab_strings", 0);
        table("__ksymtab_gpl", 16, ABS64, 0);
        module.relocation("__ksymtab_gpl", 8, ABS64, "strings");
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(linux("4.4.198"))
                .kernelSymbols(KernelSymbols.synthetic())
                .build()) {
            LiveModule live = runtime.load(ModuleFile.open(module.build()));
            assertEquals(
                    Map.of("start", live.address(".text").orElseThrow().plus(4)),
                    live.exports().stream().collect(Collectors.toMap(KernelSymbol::name, KernelSymbol::value)));
        }
    }

    @ParameterizedTest
    @CsvSource({"4.5.0, ''", "4.6.0, .plt", "4.11.0, .plt", "4.12.0, .init.plt", "5.4.0, .init.plt"})
    void pltSectionsAreMissedSinceThereAreSome(String version, String missed) {
        if (missed.equals(".init.plt")) {
            module.code(".plt").zeros(1);
        }
        ModuleFile file = ModuleFile.open(module.build());
        ArchKernel kernel = kernel(linux(version));
        if (missed.isEmpty()) {
            assertDoesNotThrow(() -> kernel.check(file));
        } else {
            FormatException refused = assertThrows(FormatException.class, () -> kernel.check(file));
            assertEquals("m: has no section " + missed, refused.getMessage());
        }
    }

    @Test
    void until45ModulesAreWhereEachBranchReachesTheKernel() {
        ArchKernel kernel = kernel(linux("4.1.45"));
        Address start = kernel.kernelArea().start();
        assertEquals(List.of(new AddressRange(start.plus(-0x0400_0000), 0x0400_0000)), kernel.moduleAreas());
        assertEquals(2, kernel(linux("4.6.0")).moduleAreas().size());
    }
}
