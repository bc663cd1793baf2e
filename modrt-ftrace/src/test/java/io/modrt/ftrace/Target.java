package io.modrt.ftrace;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.StubPolicy;
import io.modrt.testkit.FakeMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;

/** Bundled modules, loaded. */
final class Target implements AutoCloseable {
    static final Address MCOUNT = Address.of(0x8010_a7f0L);
    private static final LoadPolicy POLICY =
            LoadPolicy.kernelExact().stubs(StubPolicy.SHARED).trampolines(2);

    final FakeMemory memory;
    final ModuleRuntime runtime;
    private final String folder;
    private final ByteOrder order;

    Target(String folder) {
        this.memory = FakeMemory.zeroed();
        this.folder = folder;
        this.order = folder.contains("-le-") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        long upper = folder.contains("n64") ? 0xffff_ffff_0000_0000L : 0;
        KernelSymbols mcount = KernelSymbols.of(Map.of("_mcount", MCOUNT.plus(upper)));
        ModuleFile first = file("greeter");
        runtime = ModuleRuntime.builder()
                .profile(KernelProfile.ofVermagic(first.info().vermagic().orElseThrow()))
                .kernelSymbols(mcount.or(KernelSymbols.synthetic()))
                .memory(memory)
                .policy(POLICY)
                .build();
    }

    ModuleFile file(String module) {
        String path = "/io/modrt/testkit/modules/" + folder + "/" + module + ".ko";
        try (InputStream in = Objects.requireNonNull(Target.class.getResourceAsStream(path), path)) {
            return ModuleFile.open(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    LiveModule load(String module) {
        return runtime.load(file(module));
    }

    /** As the kernel loads it, with no room for anything. */
    LiveModule loadExactly(String module) {
        return runtime.load(file(module), LoadPolicy.kernelExact());
    }

    /** The words from an address on. */
    int[] words(Address from, int count) {
        int[] words = new int[count];
        ByteBuffer.wrap(memory.bytes(from, count * Integer.BYTES))
                .order(order)
                .asIntBuffer()
                .get(words);
        return words;
    }

    int word(Address at) {
        return words(at, 1)[0];
    }

    /** The 32 or 64 bits of an address. */
    long pointer(Address at, boolean isWide) {
        ByteBuffer bytes = ByteBuffer.wrap(memory.bytes(at, isWide ? Long.BYTES : Integer.BYTES))
                .order(order);
        return isWide ? bytes.getLong() : Integer.toUnsignedLong(bytes.getInt());
    }

    void putWord(Address at, int word) {
        byte[] bytes =
                ByteBuffer.allocate(Integer.BYTES).order(order).putInt(word).array();
        memory.write(at, bytes, 0, bytes.length);
    }

    @Override
    public void close() {
        runtime.close();
    }
}
