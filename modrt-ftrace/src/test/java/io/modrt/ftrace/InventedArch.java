package io.modrt.ftrace;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfHeader;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.CodeReader;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.RelocationType;
import io.modrt.spi.SiteKind;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.ExceptionTable;
import io.modrt.spi.TableShapes.ExportTable;
import io.modrt.spi.TableShapes.JumpTable;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import io.modrt.testkit.AddressField;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeMemory;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.KernelTables;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A 64-bit architecture for tests, with little-endian data and big-endian code. Its kernel passes over a landing pad, the instruction
 * {@code 1a4d9a4d}, at a table's entry, and drops entries at which it finds the byte {@code ff}. Its call sites are {@link ByteCall}s and
 * {@link LiteralCall}s; its trampolines have 8 bytes of code and a literal.
 */
final class InventedArch implements Arch, ArchKernel, TracingSites, FtraceTrampoline {
    static final long MODULES = 0x4000_0000L;
    private static final int MACHINE = 0x1234;
    private static final int POINTER = 1;
    private static final int LANDING_PAD = 0x1a4d_9a4d;
    static final ElfTarget TARGET = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.LITTLE_ENDIAN),
            MACHINE,
            0,
            AddendKind.EXPLICIT,
            KernelTables.of(AddressField.address64(POINTER)).tracing("sites"));

    /** The only relocation: an address. */
    private record Pointer(int number, Formula formula, Field field, Fit fit) implements RelocationType {}

    static ModuleRuntime runtime(FakeMemory memory, int trampolines) {
        return ModuleRuntime.builder()
                .arch(new InventedArch())
                .memory(memory)
                .profile(KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC))
                .policy(LoadPolicy.kernelExact().trampolines(trampolines))
                .build();
    }

    @Override
    public String name() {
        return "invented";
    }

    @Override
    public int spiVersion() {
        return Arch.SPI_VERSION;
    }

    @Override
    public boolean accepts(ElfHeader header) {
        return header.machine() == MACHINE;
    }

    @Override
    public Map<String, Boolean> usualConfiguration(KernelProfile profile) {
        return Map.of("CONFIG_DYNAMIC_FTRACE", true);
    }

    @Override
    public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
        return this;
    }

    @Override
    public Width width() {
        return Width.BITS_64;
    }

    @Override
    public ByteOrder codeOrder() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(new AddressRange(Address.of(MODULES), 0x10_0000));
    }

    @Override
    public AddressRange kernelArea() {
        return new AddressRange(Address.of(0x6000_0000), 0x200_0000);
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return RelocationTable.of(List.of(new Pointer(POINTER, Formula.S_A, Field.WORD64, Fit.TRUNCATED)));
    }

    @Override
    public TableShapes tables() {
        return new TableShapes(
                new ExportTable(8, Reference.ABSOLUTE),
                new ExceptionTable(16, 8, Reference.ABSOLUTE, 2),
                new JumpTable(8, 8, Reference.ABSOLUTE));
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new ArchPlan() {
            @Override
            public long headBytes(RegionKind region) {
                return region.isExecutable() ? (long) input.policy().trampolines() * sizeBytes() : 0;
            }

            @Override
            public ArchLoad begin(PlacedSections placed, SymbolValues values) {
                return ArchLoad.none();
            }
        };
    }

    @Override
    public TracingSites tracing() {
        return this;
    }

    @Override
    public String tableSection() {
        return "sites";
    }

    @Override
    public long site(long entry, CodeReader code) {
        if (code.byteAt(entry) == (byte) 0xff) {
            return 0;
        }
        return code.holds(entry, 4) && code.codeAt(entry) == LANDING_PAD ? entry + 4 : entry;
    }

    @Override
    public List<SiteKind> kinds(PlacedSections placed) {
        return List.of(new ByteCall(), new LiteralCall());
    }

    @Override
    public Optional<FtraceTrampoline> trampoline() {
        return Optional.of(this);
    }

    @Override
    public int sizeBytes() {
        return 16;
    }

    @Override
    public List<Address> places(PlacedSections placed, RegionKind region) {
        Address start = placed.range(region).orElseThrow().start();
        return LongStream.range(0, placed.policy().trampolines())
                .mapToObj(i -> start.plus(i * sizeBytes()))
                .toList();
    }

    @Override
    public byte[] code(Address at) {
        return new byte[] {0x0d, 1, 2, 3, 4, 5, 6, 7};
    }
}
