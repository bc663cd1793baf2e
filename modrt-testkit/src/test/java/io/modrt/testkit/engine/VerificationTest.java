package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.Patch;
import io.modrt.patch.PatchSite;
import io.modrt.policy.LoadPolicy;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.verify.Reason;
import io.modrt.verify.Verification;
import io.modrt.verify.VerificationResult;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.version.KernelVersion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a module's memory is said to hold; the module is AArch64, little endian, without sites or static branches. */
class VerificationTest {
    private static final Address CORE = Address.of(0x1_0000_0000L);
    private static final Address INIT = Address.of(0x1_0010_0000L);

    private final ModuleRuntime runtime = Samples.runtime().build();

    private LiveModule load(KernelModuleBuilder module) {
        return runtime.load(Samples.file(module), placed(), LoadPolicy.kernelExact());
    }

    private static Placement placed() {
        return Placement.regions(Map.of(RegionKind.CORE, CORE, RegionKind.INIT, INIT));
    }

    private void put(Address at, long value, int sizeBytes) {
        byte[] bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        runtime.memory().write(at, bytes, 0, sizeBytes);
    }

    private VerificationResult verify(LiveModule module) {
        return Verification.of(module).run(runtime.memory());
    }

    private static Address section(LiveModule module, String name) {
        return module.address(name).orElseThrow();
    }

    private static long size(LiveModule module, RegionKind kind) {
        return module.placed().range(kind).orElseThrow().sizeBytes();
    }

    @Test
    void whatWasLoadedIsThere() {
        LiveModule module = load(Samples.module("m"));

        VerificationResult result = verify(module);

        assertTrue(result.isClean(), result.table());
        // both regions, each rounded up to whole words
        assertEquals((size(module, RegionKind.CORE) + 3) / 4 + (size(module, RegionKind.INIT) + 3) / 4, result.words());
        assertEquals(2, result.words(Reason.DATA));
        assertEquals(
                result.words(), result.words(Reason.EQUAL) + result.words(Reason.FINISHED) + result.words(Reason.DATA));
        assertTrue(result.details(Reason.FINISHED).containsKey("kallsyms"), result.toString());
    }

    @Test
    void codeThatDiffersIsUnexplainedAtItsSymbol() {
        LiveModule module = load(Samples.module("m"));
        Address at = section(module, ".text").plus(4);
        put(at, 0xd65f_03c0L, 4); // ret

        VerificationResult result = verify(module);

        assertEquals(
                "[" + at + " .text+0x4, m_run+0x4: expected 0xd503201f, found 0xd65f03c0]",
                result.differences().toString());
        assertEquals(1, result.words(Reason.UNEXPLAINED));
        assertTrue(result.table().contains("unexplained " + at));
    }

    @Test
    void aByteBetweenSectionsIsUnexplainedToo() {
        LiveModule module = load(Samples.module("m"));
        AddressRange core = module.placed().range(RegionKind.CORE).orElseThrow();
        // struct module begins at a multiple of 64, behind the data
        Address gap = section(module, ".gnu.linkonce.this_module").plus(-1);
        assertTrue(core.contains(gap) && !gap.equals(section(module, ".data").plus(7)));
        put(gap, 1, 1);

        List<Difference> differences = verify(module).differences();

        assertEquals(1, differences.size());
        assertEquals(gap.plus(-3), differences.get(0).address());
        assertTrue(differences.get(0).area().startsWith("in front of .gnu.linkonce.this_module"));
        assertEquals(0x0100_0000, differences.get(0).found());
    }

    @Test
    void writableDataMayChange() {
        LiveModule module = load(Samples.module("m"));
        put(section(module, ".data").plus(4), 1, 4);

        VerificationResult result = verify(module);

        assertTrue(result.isClean());
        assertEquals(1, result.words(Reason.CHANGED_DATA));
        assertEquals(1, result.words(Reason.DATA));
    }

    @Test
    void ofStructModuleTheNameStaysAndEachRegionIsTold() {
        LiveModule module = load(Samples.module("m"));
        Address struct = section(module, ".gnu.linkonce.this_module");
        put(struct.plus(8), 0x1234, 8); // the list head, behind the state

        List<Difference> unnamed = verify(module).differences();

        assertEquals(1, unnamed.size());
        assertTrue(unnamed.get(0).why().contains("the base of CORE followed by its size"), unnamed.toString());

        put(struct.plus(0x140), CORE.value(), 8); // where struct module_layout begins in 6.1, for example
        put(struct.plus(0x148), size(module, RegionKind.CORE), 4);
        VerificationResult told = verify(module);
        assertTrue(told.isClean(), told.table());
        assertEquals(
                Map.of("struct module (item 1)", told.words(Reason.KERNEL_WRITTEN)),
                told.details(Reason.KERNEL_WRITTEN));

        put(struct.plus(24), 'n', 1); // the name, behind the list head
        Difference renamed = verify(module).differences().get(0);
        assertEquals(struct.plus(24), renamed.address());
        assertEquals('m', renamed.expected());
    }

    /** The bases of init and core come first, then the sizes of init, which is gone, and core. */
    @Test
    void kernelsUntil4_4HaveTheSizesBehindBothBases() {
        KernelProfile old = KernelProfile.of(new KernelVersion(4, 4, 0));
        try (ModuleRuntime kernel = Samples.runtime().profile(old).build()) {
            LiveModule module = kernel.load(Samples.file(Samples.module("m")), placed(), LoadPolicy.kernelExact());
            Address struct = section(module, ".gnu.linkonce.this_module");
            ByteBuffer words = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
            words.putLong(0).putLong(CORE.value()).putInt(0).putInt((int) size(module, RegionKind.CORE));
            kernel.memory().write(struct.plus(0x140), words.array(), 0, 24);
            VerificationResult told = Verification.of(module).run(kernel.memory());
            assertTrue(told.isClean(), told.table());

            kernel.memory().write(struct.plus(0x154), new byte[4], 0, 4);
            assertEquals(
                    1,
                    Verification.of(module).run(kernel.memory()).differences().size());
        }
    }

    @Test
    void whatIsGoneIsNotReadAndWhatCannotBeReadIsTold() {
        LiveModule module = load(Samples.module("m"));
        Address hole = section(module, ".text").plus(4);
        MemoryReader memory = (from, into, offset, length) -> {
            AddressRange asked = new AddressRange(from, length);
            if (asked.overlaps(new AddressRange(hole, 4)) || asked.overlaps(new AddressRange(INIT, 0x1000))) {
                throw new MemoryException(Refusal.of(Errno.EFAULT, "no memory at " + from));
            }
            runtime.memory().read(from, into, offset, length);
        };

        VerificationResult result = Verification.of(module).withoutInit().run(memory);

        assertTrue(result.isClean(), result.table());
        assertEquals(1, result.words(Reason.UNREADABLE));
        assertEquals((size(module, RegionKind.INIT) + 3) / 4, result.words(Reason.GONE));
    }

    @Test
    void aSiteOfTheCallersHasItsFormsAndNoOther() {
        LiveModule module = load(Samples.module("m"));
        Address at = section(module, ".text");
        byte[] nop = {0x1f, 0x20, 0x03, (byte) 0xd5};
        byte[] ret = {(byte) 0xc0, 0x03, 0x5f, (byte) 0xd6};
        Patch patch = new Patch(at, nop, ret);
        Verification verification = Verification.of(module).withSite(PatchSite.of("mine", patch));

        assertEquals(
                Map.of("mine: not patched", 1),
                verification.run(runtime.memory()).sites());
        put(at, 0xd65f_03c0L, 4);
        assertEquals(
                Map.of("mine: patched", 1), verification.run(runtime.memory()).sites());
        put(at, 0x1400_0000, 4); // b .
        VerificationResult foreign = verification.run(runtime.memory());
        assertEquals(Map.of(), foreign.sites());
        assertEquals(
                "mine, in none of its forms: not patched; patched",
                foreign.differences().get(0).why());
        assertEquals(1, foreign.differences().size());
    }

    @Test
    void aPageTellsAllAndTrustsNoName() {
        KernelModuleBuilder shaped = Samples.module("m");
        shaped.readOnly(".<script>\"&").words(1, 2);
        LiveModule module = load(shaped);
        put(section(module, ".<script>\"&"), 7, 4);

        String page = verify(module).html();

        assertTrue(page.contains(".&lt;script&gt;&quot;&amp;"), page);
        assertFalse(page.contains("<script"));
        assertTrue(page.contains("1 unexplained"));
        assertFalse(page.contains("http"));
    }
}
