package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.CodeReader;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.SiteKind;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.ExceptionTable;
import io.modrt.spi.TableShapes.ExportTable;
import io.modrt.spi.TableShapes.JumpTable;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An architecture for tests whose instructions have 2 or 5 bytes at any address, little endian. {@code eb dd} and {@code e9 dddddddd} jump
 * as far as d says from their end, {@code e8 dddddddd} calls; {@code 66 90} and {@code 0f 1f 44 00 00} do nothing. Its loader makes the
 * placeholder section {@code .plt} 16 bytes long.
 */
final class ByteCodeArch implements Arch, ArchKernel {
    static final int MACHINE = 0xbc;
    static final long MODULES = 0x1000_0000;
    static final byte[] LONG_NOP = {0x0f, 0x1f, 0x44, 0, 0};
    static final byte[] SHORT_NOP = {0x66, (byte) 0x90};

    @Override
    public String name() {
        return "bytecode";
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
        return Map.of("CONFIG_DYNAMIC_FTRACE", true, "CONFIG_JUMP_LABEL", true);
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
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return List.of(new AddressRange(Address.of(MODULES), 0x100_0000));
    }

    @Override
    public AddressRange kernelArea() {
        return new AddressRange(Address.of(0x2000_0000), 0x1000_0000);
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return RelocationTable.of(List.of());
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
            public Section shape(Section section) {
                return section.isNamed(".plt")
                        ? section.shaped(16, Section.SHF_ALLOC | Section.SHF_EXECINSTR, 8)
                        : section;
            }

            @Override
            public ArchLoad begin(PlacedSections placed, SymbolValues values) {
                return ArchLoad.none();
            }
        };
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return Optional.of(new StaticBranches() {
            @Override
            public int sizeBytes(long site, CodeReader code) {
                return switch (code.byteAt(site) & 0xff) {
                    case 0x66, 0xeb -> 2;
                    case 0x0f, 0xe9 -> 5;
                    default ->
                        throw new FormatException(Refusal.beyondKernel("no branch at 0x" + Long.toHexString(site)));
                };
            }

            @Override
            public byte[] notTaken(int sizeBytes) {
                return sizeBytes == 2 ? SHORT_NOP.clone() : LONG_NOP.clone();
            }

            @Override
            public byte[] taken(BranchSite site, long target) {
                long distance = target - site.address() - site.sizeBytes();
                return site.sizeBytes() == 2 ? new byte[] {(byte) 0xeb, (byte) distance} : far(0xe9, distance);
            }
        });
    }

    private static byte[] far(int opcode, long distance) {
        return ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) opcode)
                .putInt((int) distance)
                .array();
    }

    @Override
    public TracingSites tracing() {
        return new TracingSites() {
            @Override
            public String tableSection() {
                return "__sites";
            }

            @Override
            public List<SiteKind> kinds(PlacedSections placed) {
                return List.of(new CallOfTracer());
            }

            @Override
            public Set<String> kernelEntries() {
                return Set.of("tracer");
            }
        };
    }

    /** A nop of 5 bytes, or a call. */
    private static final class CallOfTracer implements SiteKind {
        @Override
        public String description() {
            return "call";
        }

        @Override
        public int bytesInFront() {
            return 0;
        }

        @Override
        public int bytes() {
            return 5;
        }

        @Override
        public State state(long site, byte[] code) {
            if (Arrays.equals(code, LONG_NOP)) {
                return State.OFF;
            }
            return code[0] == (byte) 0xe8 ? State.ON : State.FOREIGN;
        }

        @Override
        public long entry(long site, byte[] code) {
            return site
                    + 5
                    + ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
        }

        @Override
        public boolean reaches(long site, Address entry) {
            return true;
        }

        @Override
        public void on(long site, byte[] code, long entry) {
            System.arraycopy(far(0xe8, entry - site - 5), 0, code, 0, 5);
        }

        @Override
        public void off(long site, byte[] code) {
            System.arraycopy(LONG_NOP, 0, code, 0, 5);
        }

        @Override
        public int writes() {
            return 1;
        }

        @Override
        public int write(int nth, State to) {
            return 0;
        }
    }
}
