package io.modrt.engine.finish;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfClass;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SmallModule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.CodeReader;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.TracingSites;
import io.modrt.version.KernelVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FtraceTableTest {
    private static final long BASE = 0xc0000000L;

    private final List<Diagnostic> told = new ArrayList<>();
    private final List<Long> written = new ArrayList<>();

    /** Sites {@code ahead} bytes behind their entry, each of two words. */
    private TracingSites tracing(long ahead, boolean skipsZero) {
        return new TracingSites() {
            @Override
            public String tableSection() {
                return "__sites";
            }

            @Override
            public long site(long entry, CodeReader code) {
                return entry + ahead;
            }

            @Override
            public boolean skipsZero() {
                return skipsZero;
            }

            @Override
            public void writeOff(long site, ModuleImage words) {
                written.add(site);
                words.putWordAt(site, 0x10000005);
                words.putWordAt(site + 4, 0);
            }
        };
    }

    /** Text of 0x20 bytes of 0xee, then a table of these entries. */
    private static ImageBytes image(KernelProfile profile, int... entries) {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x20);
        module.section("__sites", A, 4, module.ints(entries));
        return module.image(profile, BASE);
    }

    @Test
    void sitesAreSortedAndSwitchedOffInTableOrder() {
        ImageBytes image = image(PACKED, 0xc0000010, 0xc0000000, 0, 0xc0000010);
        FtraceTable.finish(image, tracing(0, true), told::add);
        assertEquals(List.of(0xc0000000L, 0xc0000010L, 0xc0000010L), written);
        assertEquals(0, image.wordAt(BASE + 0x20));
        assertEquals(0xc0000000, image.wordAt(BASE + 0x24));
        assertEquals(0xc0000010, image.wordAt(BASE + 0x28));
        assertEquals(0x10000005, image.wordAt(BASE + 0x10));
        assertEquals(0, image.wordAt(BASE + 0x14));
        assertEquals(0xeeeeeeee, image.wordAt(BASE + 0x18));
        assertEquals(List.of(), told);
    }

    @Test
    void kernelsUntil3_5LeaveTheTableInItsOrder() {
        ImageBytes image = image(SmallModule.kernel(new KernelVersion(3, 4, 113)), 0xc0000010, 0xc0000000, 0);
        FtraceTable.finish(image, tracing(0, true), told::add);
        assertEquals(List.of(0xc0000010L, 0xc0000000L), written);
        assertEquals(0xc0000010, image.wordAt(BASE + 0x20));
        assertEquals(0xc0000000, image.wordAt(BASE + 0x24));
    }

    @Test
    void aSiteOfZeroIsSkippedAnEntryOfZeroByTheArchitecturesRule() {
        // -4 + 4 wraps to 0 in 32 bits; 0 + 4 = 4 is a site where an entry of 0 is not skipped, and not in the module
        FtraceTable.finish(image(PACKED, -4, 0xc0000000, 0), tracing(4, true), told::add);
        assertEquals(List.of(0xc0000004L), written);
        assertEquals(
                List.of("the site of entry 0xfffffffc is 0, where the kernel would write"),
                told.stream().map(Diagnostic::text).toList());
        written.clear();
        told.clear();
        FtraceTable.finish(image(PACKED, -4, 0xc0000000, 0), tracing(4, false), told::add);
        assertEquals(List.of(4L), written);
        assertEquals(1, told.size());
        assertEquals(Diagnostic.Kind.KERNEL_CRASH, told.get(0).kind(), "the kernel would write at 4");
    }

    @Test
    void theFirstSiteThatCannotBeWrittenEndsTheMatter() {
        // the region ends at 0xc000002c: the second word of the site at 28 is outside; the kernel leaves the rest as
        // compiled
        ImageBytes image = image(PACKED, 0xc0000028, 0xd0000000, 0xc0000008);
        FtraceTable.finish(image, tracing(0, true), told::add);
        assertEquals(List.of(0xc0000008L, 0xc0000028L), written);
        assertEquals(1, told.size());
        assertEquals(Diagnostic.Kind.KERNEL_WARNING, told.get(0).kind());
        assertTrue(told.get(0).text().startsWith("site 0xc0000028 cannot be written"), told.toString());
    }

    @Test
    void aSiteBetweenInstructionsIsNotWrittenAndMayCrashAKernel() {
        ImageBytes image = image(PACKED, 0xc0000002, 0xc0000008);
        FtraceTable.finish(
                image,
                new TracingSites() {
                    @Override
                    public String tableSection() {
                        return "__sites";
                    }

                    @Override
                    public int alignmentBytes() {
                        return 4;
                    }

                    @Override
                    public void writeOff(long site, ModuleImage words) {
                        written.add(site);
                    }
                },
                told::add);
        assertEquals(List.of(), written);
        assertEquals(
                List.of(Diagnostic.Kind.KERNEL_CRASH),
                told.stream().map(Diagnostic::kind).toList());
        assertTrue(told.get(0).text().endsWith("no instruction begins there"), told.toString());
    }

    @Test
    void anEntryWhoseSiteCannotBeReadEndsTheMatterToo() {
        TracingSites behindTheFirstNop = new TracingSites() {
            @Override
            public String tableSection() {
                return "__sites";
            }

            @Override
            public long site(long entry, CodeReader code) {
                return code.codeAt(entry) == 0xeeeeeeee ? entry + 4 : entry;
            }

            @Override
            public void writeOff(long site, ModuleImage words) {
                written.add(site);
            }
        };
        FtraceTable.finish(image(PACKED, 0xd0000000, 0xc0000008, 0xd0000004), behindTheFirstNop, told::add);
        assertEquals(List.of(0xc000000cL), written);
        assertEquals(
                List.of(
                        "small.o: section 2 (__sites): the site of entry 0xd0000000 cannot be written; it and those behind it"
                                + " stay as compiled: small.o: the module has no 4 bytes at 0xd0000000; it has CORE [0xc0000000,"
                                + " 0xc000002c)"),
                told.stream().map(Diagnostic::toString).toList());
    }

    @Test
    void withoutDynamicTracingOrATableNothingHappens() {
        FtraceTable.finish(
                image(PACKED.with(ConfigOption.DYNAMIC_FTRACE, false), 0xc0000000), tracing(0, true), told::add);
        FtraceTable.finish(image(PACKED, 0xc0000000), TracingSites.none(), told::add);
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x20);
        FtraceTable.finish(module.image(PACKED, BASE), tracing(0, true), told::add);
        assertEquals(List.of(), written);
        assertEquals(List.of(), told);
    }
}
