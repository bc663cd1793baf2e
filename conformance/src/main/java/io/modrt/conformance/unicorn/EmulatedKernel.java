package io.modrt.conformance.unicorn;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolUse;
import io.modrt.kernel.SyntheticSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.LoadedSymbol;
import io.modrt.memory.ModuleAllocator;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** A processor with modules and no kernel: what they call of the kernel is a function here, or does nothing and returns 0. */
final class EmulatedKernel implements Machine, AutoCloseable {
    private static final int STACK_BYTES = 1 << 16;
    private static final int SCRATCH_BYTES = 1 << 16;
    private static final int HEAP_BYTES = 16 << 20;
    private static final int LONGEST_TEXT = 1024;

    /** What the kernel does when a module calls it; argument registers in, the result out. */
    interface Function {
        long call(long[] arguments);
    }

    private final Cpu cpu;
    private final Unicorn unicorn;
    private final SyntheticSymbols symbols;
    private final ModuleRuntime kernel;
    private final Map<String, LiveModule> modules = new HashMap<>();
    private final Map<String, Function> functions = new HashMap<>();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Set<String> made = new HashSet<>();
    private final List<String> log = new ArrayList<>();
    private final long end;
    private final long stack;
    private final long scratch;
    private long heap;

    EmulatedKernel(Cpu cpu) {
        this.cpu = cpu;
        unicorn = new Unicorn(cpu);
        AddressRange kernelArea = range(0x0010_0000, 0x0010_0000);
        AddressRange moduleArea = range(0x0100_0000, 0x0300_0000);
        end = cpu.base + 0x1000;
        stack = cpu.base + 0x0020_0000;
        scratch = cpu.base + 0x0030_0000;
        heap = cpu.base + 0x0040_0000;
        symbols = KernelSymbols.synthetic(kernelArea, 64);
        kernel = ModuleRuntime.builder()
                .kernelSymbols(symbols)
                .memory(unicorn)
                .allocator(ModuleAllocator.over(moduleArea, 4096))
                .build();
        store(end, cpu.returnCode());
        store(stack, new byte[STACK_BYTES]);
        store(scratch, new byte[SCRATCH_BYTES]);
        unicorn.onCode(kernelArea, this::called);
        addFunctions();
    }

    private AddressRange range(long offset, long sizeBytes) {
        return new AddressRange(Address.of(cpu.base + offset), sizeBytes);
    }

    private void addFunctions() {
        for (String allocation :
                List.of("__kmalloc", "__kmalloc_node", "kmalloc_trace", "kmem_cache_alloc", "kmem_cache_alloc_trace")) {
            functions.put(allocation, any -> allocate(4096));
        }
        for (String object : List.of(
                "alloc_workqueue", "__class_create", "class_create", "debugfs_create_dir", "debugfs_create_file")) {
            functions.put(object, any -> allocate(4096));
        }
        functions.put("memset", a -> {
            byte[] bytes = new byte[(int) a[2]];
            Arrays.fill(bytes, (byte) a[1]);
            store(a[0], bytes);
            return a[0];
        });
        functions.put("memcpy", a -> {
            store(a[0], load(a[1], (int) a[2]));
            return a[0];
        });
        functions.put("strlen", a -> (long) text(a[0]).length());
        functions.put("_printk", a -> {
            log.add(text(a[0]));
            return 0;
        });
        functions.put("__crc32c_le", a -> crc32c((int) a[0], load(a[1], (int) a[2])));
    }

    /** The kernel's function: the register goes in and out as it is, whereas Java's CRC-32C inverts it before and after. */
    private static long crc32c(int register, byte[] data) {
        // why: Java's begins with all ones; a prefix that leads from there to this register is not needed, since the
        // CRC is linear
        CRC32C zeros = new CRC32C();
        zeros.update(new byte[data.length]);
        CRC32C whole = new CRC32C();
        whole.update(data);
        int ofData = (int) (whole.getValue() ^ zeros.getValue());
        return Integer.toUnsignedLong(ofData ^ shifted(register, data.length));
    }

    /** The register after so many zero bytes. */
    private static int shifted(int register, int zeroBytes) {
        int value = register;
        for (int bit = 0; bit < zeroBytes * Byte.SIZE; bit++) {
            value = value >>> 1 ^ ((value & 1) == 0 ? 0 : 0x82f6_3b78);
        }
        return value;
    }

    private long allocate(int sizeBytes) {
        long at = heap;
        if (at + sizeBytes > cpu.base + 0x0040_0000 + HEAP_BYTES) {
            throw new IllegalStateException("the module asks for too much memory");
        }
        store(at, new byte[sizeBytes]);
        heap += sizeBytes;
        return at;
    }

    private void called(long address) {
        Address place = Address.of(cpu.pointerBytes == 4 ? address & 0xffff_ffffL : address);
        String name = symbols.nameAt(place).orElse("");
        if (name.isEmpty() || !place.equals(symbols.slots().get(name))) {
            return;
        }
        calls.merge(name, 1, Integer::sum);
        Function function = functions.get(name);
        long[] arguments = new long[4];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = unicorn.register(cpu.register(cpu.argument(i)));
        }
        unicorn.setRegister(cpu.register(cpu.result()), function == null ? 0 : function.call(arguments));
    }

    /** Loads a module; what it calls of the kernel returns at once. */
    LiveModule load(Path file) throws IOException {
        LiveModule module = kernel.load(ModuleFile.open(file));
        symbols.slots().forEach((name, address) -> {
            if (made.add(name)) {
                long room = Math.max(
                        64, symbols.use(name).orElse(SymbolUse.unknown()).sizeBytes());
                store(address.value(), new byte[(int) room]);
                if (symbols.use(name).orElse(SymbolUse.unknown()).nature() != SymbolUse.Nature.DATA) {
                    store(address.value(), cpu.returnCode());
                }
            }
        });
        modules.put(module.name(), module);
        return module;
    }

    @Override
    public long function(String module, String symbol) {
        return Optional.ofNullable(modules.get(module))
                .flatMap(loaded -> loaded.symbol(symbol))
                .map(LoadedSymbol::address)
                .orElseThrow(() -> new IllegalArgumentException(module + " has no " + symbol))
                .value();
    }

    @Override
    public long scratch(int sizeBytes) {
        store(scratch, new byte[sizeBytes]);
        return scratch;
    }

    @Override
    public void store(long address, byte[] bytes) {
        unicorn.write(Address.of(address), bytes, 0, bytes.length);
    }

    @Override
    public byte[] load(long address, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        unicorn.read(Address.of(address), bytes, 0, sizeBytes);
        return bytes;
    }

    private String text(long address) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LONGEST_TEXT; i++) {
            byte[] one = load(address + i, 1);
            if (one[0] == 0) {
                break;
            }
            text.append(new String(one, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    @Override
    public long call(long address, long... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            unicorn.setRegister(cpu.register(cpu.argument(i)), arguments[i]);
        }
        if (cpu.thread() >= 0) {
            unicorn.setRegister(cpu.register(cpu.thread()), stack);
        }
        unicorn.setRegister(cpu.register(cpu.stack()), stack + STACK_BYTES - 256);
        unicorn.setRegister(cpu.register(cpu.link()), end);
        unicorn.run(address, end);
        return unicorn.register(cpu.register(cpu.result()));
    }

    /** How often each function of the kernel was called. */
    Map<String, Integer> calls() {
        return calls;
    }

    /** The formats of what the modules have logged. */
    List<String> log() {
        return log;
    }

    @Override
    public void close() {
        kernel.close();
        unicorn.close();
    }
}
