package io.modrt.mips;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.image.ImageFile;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.FakeKernelImage;
import io.modrt.testkit.KernelImageBuilder;
import io.modrt.testkit.KernelModuleBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Four megabytes of memory of a little-endian MIPS machine, with page tables, a list of modules and two modules as a kernel leaves them, at
 * addresses chosen here. {@code upper} was loaded last and uses {@code lower}.
 */
final class FakeMachine implements TargetMemory {
    static final long LOWER = 0xc000_0000L;
    static final long UPPER = 0xc000_4000L;
    static final long LIST = 0x8011_8000L;
    static final long FOREIGN = 0x8030_0000L;
    static final long TRACE_CALL = 0x8010_0d00L;
    static final long PROBE_HANDLER = 0x8010_0e00L;

    private static final int BYTES = 4 << 20;
    private static final int KSEG0 = 0x8000_0000;
    private static final int TOP = 0x12_0000;
    private static final int NO_PAGES = 0x12_1000;
    private static final int PAGES = 0x12_2000;
    private static final int MODULE_PAGES = 16;
    private static final int FRAMES = 0x20_0000;
    private static final int FLAGS = 0x5cf;
    private static final int RELOCATED_WORD = 2; // R_MIPS_32
    private static final String MAP = """
            80100000 T _text
            80100400 T _stext
            80100800 T printk
            80100c00 T ftrace_stub
            80100d00 T function_trace_call
            80100e00 T kprobe_dispatcher
            80101000 T schedule
            80110000 T _etext
            80118000 d modules
            80130000 B _end
            """;

    private final byte[] bytes = new byte[BYTES];
    private final ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final FakeKernelImage kernel;

    FakeMachine() {
        for (int i = 0; i < 1024; i++) {
            words.putInt(TOP + i * 4, KSEG0 + NO_PAGES);
        }
        words.putInt(TOP + 0x300 * 4, KSEG0 + PAGES);
        for (int i = 0; i < MODULE_PAGES; i++) {
            words.putInt(PAGES + i * 4, FRAMES + (MODULE_PAGES - i) * 0x3000 | FLAGS); // neither in order nor together
        }
        KernelImageBuilder builder =
                KernelImageBuilder.of(ElfTarget.MIPS_O32_LE).memory(this);
        KernelSymbols.systemMap(MAP).values().forEach((name, address) -> builder.symbol(name, address.value()));
        kernel = builder.module(lower(), at(LOWER))
                .module(upper(), at(UPPER)) // its initialisation is where that of the other was
                .build();
    }

    private static Placement at(long core) {
        return at(core, 0xc000_2000L);
    }

    /** A module's place. */
    static Placement at(long core, long init) {
        return Placement.regions(Map.of(RegionKind.CORE, Address.of(core), RegionKind.INIT, Address.of(init)));
    }

    private static byte[] lower() {
        return KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "lower")
                .text(0x27bd_ffe0, 0xafbf_001c, 0x0080_1025, 0x2403_0001, 0x0043_1021, 0, 0x03e0_0008, 0x27bd_0020)
                .text(0x27bd_ffe0, 0xafb0_0018, 0x00a0_1025, 0x2403_0002, 0x0043_1023, 0, 0x03e0_0008, 0x27bd_0020)
                .initText(0x03e0_0008, 0)
                .function("lower_call", ".text", 0)
                .function("lower_more", ".text", 32)
                .function("init_module", ".init.text", 0)
                .exports("lower_call")
                .data(0)
                .object("lower_hook", ".data", 0)
                .relocation(".data", 0, RELOCATED_WORD, "lower_call")
                .build();
    }

    private static byte[] upper() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "upper")
                .text(0x03e0_0008, 0)
                .initText(0x03e0_0008, 0)
                .function("upper_go", ".text", 0)
                .function("init_module", ".init.text", 0)
                .imports("printk");
        module.readOnly(".rodata").words(0, 0);
        return module.object("upper_table", ".rodata", 0)
                .relocation(".rodata", 0, RELOCATED_WORD, "lower_call")
                .relocation(".rodata", 4, RELOCATED_WORD, "printk")
                .build();
    }

    /** The file of the module that was loaded first. */
    ModuleFile lowerFile() {
        return ModuleFile.open(lower());
    }

    /** The file of the other, which has too little code to be searched for. */
    ModuleFile upperFile() {
        return ModuleFile.open(upper());
    }

    /** The address of a module's {@code struct module}. */
    long self(String module) {
        return kernel.structModule(module).value();
    }

    /** The address of a symbol of a module. */
    long symbol(String name) {
        return kernel.address(name).value();
    }

    /** Changes a word of memory. */
    void put(long address, long value) {
        words.putInt(physical(address), (int) value);
    }

    /** A word of memory. */
    int word(long address) {
        return words.getInt(physical(address));
    }

    private int physical(long address) {
        if (address >>> 29 == 4) {
            return (int) address & 0x1fff_ffff;
        }
        int page = (int) (address - LOWER >>> 12);
        if (page < 0 || page >= MODULE_PAGES) {
            throw new MemoryException(Refusal.of(Errno.EFAULT, "no page at 0x" + Long.toHexString(address)));
        }
        return FRAMES + (MODULE_PAGES - page) * 0x3000 + (int) (address & 0xfff);
    }

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        for (int i = 0; i < length; i++) {
            into[offset + i] = bytes[physical(from.value() + i)];
        }
    }

    @Override
    public void write(Address to, byte[] source, int offset, int length) {
        for (int i = 0; i < length; i++) {
            bytes[physical(to.value() + i)] = source[offset + i];
        }
    }

    /** All of memory; not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /** The image by physical address. */
    MemoryImage image() {
        return image(MAP);
    }

    /** The same of a kernel of which nobody knows where its list is. */
    MemoryImage imageWithoutList() {
        return image(MAP.replaceFirst("80118000 d modules\n", ""));
    }

    /** The same with more symbols of the kernel. */
    MemoryImage imageWith(String symbols) {
        return image(MAP + symbols);
    }

    private MemoryImage image(String map) {
        return builder(map)
                .memory(
                        (from, into, offset, length) -> {
                            long end = from.value() + length;
                            if (from.value() < 0 || end > bytes.length) {
                                throw new MemoryException(Refusal.of(Errno.EFAULT, "no memory at " + from));
                            }
                            System.arraycopy(bytes, (int) from.value(), into, offset, length);
                        },
                        List.of(new AddressRange(Address.of(0), BYTES)),
                        ImageFile.Addressing.PHYSICAL)
                .build();
    }

    /** The image by the kernel's addresses. */
    MemoryImage virtualImage() {
        return builder(MAP)
                .memory(
                        this,
                        List.of(
                                new AddressRange(Address.of(0x8000_0000L), BYTES),
                                new AddressRange(Address.of(LOWER), MODULE_PAGES * 4096L)),
                        ImageFile.Addressing.VIRTUAL)
                .build();
    }

    private MemoryImage.Builder builder(String map) {
        return MemoryImage.builder()
                .symbols(KernelSymbols.systemMap(map))
                .tree(kernel.tree().open())
                .profile(KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC));
    }

    /** Memory as LiME writes it: the first megabyte, then the rest. */
    byte[] lime() {
        ByteBuffer file = ByteBuffer.allocate(BYTES + 64).order(ByteOrder.LITTLE_ENDIAN);
        int[] ends = {1 << 20, BYTES};
        int start = 0;
        for (int end : ends) {
            file.put("EMiL".getBytes(StandardCharsets.US_ASCII))
                    .putInt(1)
                    .putLong(start)
                    .putLong(end - 1L)
                    .putLong(0);
            file.put(bytes, start, end - start);
            start = end;
        }
        return file.array();
    }
}
