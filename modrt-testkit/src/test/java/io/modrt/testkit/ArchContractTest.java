package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.PlacedModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Field;
import io.modrt.spi.SectionSizer;
import io.modrt.testkit.aarch64.Aarch64;
import io.modrt.testkit.aarch64.Aarch64Arch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** The contract finds what it is there to find: each architecture here has one fault. */
class ArchContractTest {
    private static final int CALL26 = 283;
    private static final int BL = 0x9400_0000;

    /** Two modules with far calls; the contract is run by hand. */
    private static final class Contract extends ArchContract {
        private final Arch arch;

        Contract(Arch arch) {
            this.arch = arch;
        }

        @Override
        protected Arch arch() {
            return arch;
        }

        @Override
        protected Map<String, byte[]> modules() {
            return Map.of("one", caller("one", "first"), "two", caller("two", "second"));
        }

        @Override
        protected Map<String, KernelSymbols> kernels() {
            AddressRange far = new AddressRange(Address.of(0xffff_8000_1000_0000L), 1 << 20);
            return Map.of("far", KernelSymbols.synthetic(far, 64));
        }
    }

    private static byte[] caller(String name, String callee) {
        return KernelModuleBuilder.of(Aarch64.TARGET, name)
                .text(BL, BL)
                .relocation(".text", 0, CALL26, callee)
                .relocation(".text", 4, CALL26, "shared")
                .build();
    }

    /** How many of these tests pass and fail. */
    private record Tally(long passed, long failed) {
        static Tally of(Stream<DynamicTest> tests) {
            List<Boolean> passed = new ArrayList<>();
            tests.forEach(test -> {
                try {
                    test.getExecutable().execute();
                    passed.add(true);
                } catch (Throwable expected) {
                    passed.add(false);
                }
            });
            return new Tally(
                    passed.stream().filter(p -> p).count(),
                    passed.stream().filter(p -> !p).count());
        }
    }

    @Test
    void aSoundArchitecturePasses() {
        ArchContract contract = new Contract(new Aarch64Arch());
        assertEquals(
                0, Tally.of(contract.countsAndReservesWhatItRoutesToStubs()).failed());
        assertEquals(0, Tally.of(contract.interleavedLoadsDoNotSeeEachOther()).failed());
        assertEquals(0, Tally.of(contract.aFailingWriteChangesNothing()).failed());
        contract.loadsEachModuleSomehowAndMakesStubsForRoutedTypes();
    }

    @Test
    void findsStateThatOutlivesALoad() {
        Arch forgetful = new WatchedArch(new Aarch64Arch(), () -> {}) {
            private ArchLoad first;

            @Override
            public ArchLoad begin(PlacedModule placed, LoadPolicy policy) {
                if (first == null) {
                    first = super.begin(placed, policy);
                }
                return first;
            }
        };
        assertNotEquals(
                0,
                Tally.of(new Contract(forgetful).interleavedLoadsDoNotSeeEachOther())
                        .failed());
    }

    @Test
    void findsStubsThatNobodyCounted() {
        Arch uncounted = new WatchedArch(new Aarch64Arch(), () -> {}) {
            @Override
            public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
                SectionSizer sizer = super.sizer(file, profile, policy);
                return new SectionSizer() {
                    @Override
                    public long frontBytes(Section section) {
                        return sizer.frontBytes(section);
                    }

                    @Override
                    public boolean mayNeed(RelocationSection relocations, int index) {
                        return index == 0 && sizer.mayNeed(relocations, index);
                    }
                };
            }
        };
        assertEquals(
                0,
                Tally.of(new Contract(uncounted).countsAndReservesWhatItRoutesToStubs())
                        .passed());
    }

    @Test
    void findsStubsWithoutRoom() {
        Arch cramped = new WatchedArch(new Aarch64Arch(), () -> {}) {
            @Override
            public SectionSizer sizer(ModuleFile file, KernelProfile profile, LoadPolicy policy) {
                SectionSizer sizer = super.sizer(file, profile, policy);
                return new SectionSizer() {
                    @Override
                    public boolean mayNeed(RelocationSection relocations, int index) {
                        return sizer.mayNeed(relocations, index);
                    }
                };
            }
        };
        assertEquals(
                0,
                Tally.of(new Contract(cramped).countsAndReservesWhatItRoutesToStubs())
                        .passed());
    }

    @Test
    void findsAFieldThatDropsABit() {
        Field sound = Field.scattered("sound", 0xff, 8, v -> v & 0xff);
        Field swapped = Field.scattered("two values in one bit", 0x7, 3, v -> (v & 0x7) ^ (v & 0x1) << 1);
        FieldCheck.check(sound);
        AssertionError found = assertThrows(AssertionError.class, () -> FieldCheck.check(swapped));
        assertTrue(found.getMessage().contains("two values in one bit"), found.getMessage());
    }
}
