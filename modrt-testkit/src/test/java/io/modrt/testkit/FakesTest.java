package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.memory.Permission;
import io.modrt.testkit.sample.SampleArch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Memory, allocator and file trees that tests rely on. */
class FakesTest {
    private static final Address HIGH = Address.of(0xffff_ffff_ffff_fffeL);

    @Test
    void memoryRemembersWhatWasDoneToIt() {
        FakeMemory memory = FakeMemory.filledWith(0x5a);
        byte[] bytes = {1, 2, 3, 4};
        memory.write(Address.of(0xfff), bytes, 1, 2);
        byte[] read = new byte[4];
        memory.read(Address.of(0xffe), read, 0, 4);
        memory.codeChanged(new AddressRange(Address.of(0xfff), 2));

        assertArrayEquals(new byte[] {0x5a, 2, 3, 0x5a}, read);
        assertEquals(List.of(new AddressRange(Address.of(0xfff), 2)), memory.writes());
        assertEquals(List.of(new AddressRange(Address.of(0xffe), 4)), memory.reads());
        assertEquals(memory.writes(), memory.codeChanges());
        assertEquals(2, memory.contents().size(), "pages");
    }

    @Test
    void memoryReachesTheTopOfTheAddressSpace() {
        FakeMemory memory = FakeMemory.zeroed();
        memory.write(HIGH, new byte[] {7, 8}, 0, 2);
        assertArrayEquals(new byte[] {7, 8}, memory.bytes(HIGH, 2));
    }

    @Test
    void memoryFailsWhereItIsToldToAndChangesNothing() {
        FakeMemory memory = FakeMemory.zeroed().failWrite(2).failRead(1);
        memory.write(HIGH, new byte[] {1}, 0, 1);
        MemoryException refused = assertThrows(MemoryException.class, () -> memory.write(HIGH, new byte[] {2}, 0, 1));
        assertEquals(Errno.EFAULT, refused.errno());
        assertEquals(
                "write 2 of [0xfffffffffffffffe, 0xffffffffffffffff) fails, as the test wants", refused.getMessage());
        assertArrayEquals(new byte[] {1}, memory.bytes(HIGH, 1));
        memory.write(HIGH, new byte[] {3}, 0, 1);
        assertArrayEquals(new byte[] {3}, memory.bytes(HIGH, 1));
        assertThrows(MemoryException.class, () -> memory.read(HIGH, new byte[1], 0, 1));
        memory.read(HIGH, new byte[1], 0, 1);
    }

    @Test
    void memoryThatWasPutBackIsAsBefore() {
        FakeMemory memory = FakeMemory.filledWith(9);
        memory.write(HIGH, new byte[] {1}, 0, 1);
        assertFalse(memory.contents().isEmpty());
        memory.write(HIGH, new byte[] {9}, 0, 1);
        assertEquals(Map.of(), memory.contents());
    }

    /** Three pages: the first range with its guard takes two, the second the last. */
    @Test
    void anAllocatorKnowsWhatIsOut() {
        FakeAllocator allocator = FakeAllocator.over(new AddressRange(Address.of(0x1000), 0x3000));
        AddressRange first = allocator.allocate(0x10, Permission.READ_WRITE);
        AddressRange second = allocator.allocate(0x1000, Permission.READ_WRITE);
        assertEquals(new AddressRange(Address.of(0x1000), 0x10), first);
        assertEquals(new AddressRange(Address.of(0x3000), 0x1000), second);
        MemoryException full = assertThrows(MemoryException.class, () -> allocator.allocate(1, Permission.READ_WRITE));
        assertEquals("[0x1000, 0x4000): 1 bytes wanted, 0 are free", full.getMessage());
        allocator.free(first);
        assertEquals(List.of(second), allocator.reserved());
        assertThrows(IllegalArgumentException.class, () -> allocator.free(first));
        assertTrue(allocator.fresh());
        assertFalse(FakeAllocator.overUsed(first).fresh());
    }

    @Test
    void aRuntimeLoadsFromATreeInMemory() throws IOException {
        byte[] module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "ferry")
                .text(0x9400_0000)
                .relocation(".text", 0, 283, "_printk")
                .build();
        try (FileTrees tree = FileTrees.of("6.1.0-1-arm64")) {
            tree.module("kernel/drivers/ferry.ko", module);
            Path map = tree.systemMap("ffff800000001000 T _printk");
            Path config = tree.config(
                    "# Linux/arm64 6.1.0 Kernel Configuration",
                    "CONFIG_MODULE_UNLOAD=y",
                    "CONFIG_SMP=y",
                    "CONFIG_MODVERSIONS=y");
            Path symvers = tree.moduleSymvers("0x00000007\t_printk\tvmlinux\tEXPORT_SYMBOL\t");
            assertTrue(Files.exists(tree.path("/lib/modules/6.1.0-1-arm64/build/Module.symvers")));
            ModuleRuntime runtime = ModuleRuntime.builder()
                    .arch(new SampleArch())
                    .profile(KernelProfile.ofConfig(config))
                    .kernelSymbols(KernelSymbols.systemMap(map))
                    .build();

            LiveModule ferry = runtime.load(tree.modules().resolve("kernel/drivers/ferry.ko"));

            assertEquals("ferry", ferry.name());
            assertEquals(
                    7,
                    KernelSymbols.systemMap(map)
                            .withVersions(KernelSymbols.moduleSymvers(symvers))
                            .find("_printk")
                            .orElseThrow()
                            .crc()
                            .orElseThrow());
        }
    }
}
