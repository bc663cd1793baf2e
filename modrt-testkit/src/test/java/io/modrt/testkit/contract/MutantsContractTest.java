package io.modrt.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelSymbols;
import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Fixup;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SymbolValues;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** What is said of faults that are found as refusals, or not at all. */
class MutantsContractTest {
    private static final int CALL26 = 283;
    private static final int STUB_BYTES = 20;

    /** Refuses a branch that needs a stub if its section {@code .plt}, as it is laid out, has no room. */
    private static Arch refusing() {
        return new ForwardingArch(new SampleArch()) {
            @Override
            ArchKernel changed(ArchKernel kernel) {
                return new ForwardingKernel(kernel) {
                    @Override
                    public ArchPlan plan(PlanInput input) {
                        return new Plan(kernel.plan(input));
                    }
                };
            }
        };
    }

    private static final class Plan extends ForwardingPlan {
        Plan(ArchPlan plan) {
            super(plan);
        }

        @Override
        public Section shape(Section section) {
            return section.name().equals(".plt") ? section.shaped(STUB_BYTES, section.flags(), Integer.BYTES) : section;
        }

        @Override
        public ArchLoad begin(PlacedSections placed, SymbolValues values) {
            return new ForwardingLoad(super.begin(placed, values)) {
                @Override
                public long route(Fixup fixup) {
                    long goal = super.route(fixup);
                    Section plt = placed.file().elf().section(".plt").orElseThrow();
                    if (goal != fixup.goal() && placed.shape(plt).sizeBytes() < STUB_BYTES) {
                        throw fixup.refused(Refusal.of(Errno.ENOEXEC, "no entry left in .plt"));
                    }
                    return goal;
                }
            };
        }
    }

    /** One module with one call. */
    private static final class OneCall extends ArchContract {
        private final boolean isAlwaysFar;

        OneCall(boolean isAlwaysFar) {
            this.isAlwaysFar = isAlwaysFar;
        }

        @Override
        protected Arch arch() {
            return refusing();
        }

        @Override
        protected Map<String, byte[]> modules() {
            KernelModuleBuilder module =
                    KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "one").text(0x9400_0000);
            module.code(".plt").bytes((byte) 0);
            if (isAlwaysFar) {
                module.symbol("callee").absolute(0x1234_5678);
            }
            return Map.of("one", module.relocation(".text", 0, CALL26, "callee").build());
        }

        @Override
        protected Map<String, KernelSymbols> kernels() {
            Map<String, KernelSymbols> kernels = new LinkedHashMap<>();
            for (long start : List.of(0xffff_8000_0700_0000L, 0xffff_8000_1000_0000L)) {
                AddressRange exports = new AddressRange(Address.of(start), 1 << 20);
                kernels.put(exports.start().toString(), KernelSymbols.synthetic(exports, 64));
            }
            return kernels;
        }

        @Override
        protected List<LinkerWords> linkerWords() {
            return List.of();
        }

        @Override
        protected AssemblerWords assemblerWords() {
            return AssemblerWords.none();
        }
    }

    private static DynamicTest finding(ArchMutant mutant, boolean isAlwaysFar) {
        MutantsContract mutants = new MutantsContract() {
            @Override
            protected ArchContract contract() {
                return new OneCall(isAlwaysFar);
            }
        };
        return mutants.eachWrongArchitectureIsFound()
                .filter(test -> test.getDisplayName().equals(mutant.name()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aModuleThatIsRefusedForWantOfRoomShowsThatThereIsNone() throws Throwable {
        finding(ArchMutant.STUBS_WITHOUT_ROOM, true).getExecutable().execute();
        Subject wrong = new Subject(new OneCall(true), ArchMutant.STUBS_WITHOUT_ROOM.of(refusing()));
        AssertionError found = assertThrows(AssertionError.class, () -> StubChecks.checkThatModulesLoad(wrong));
        String message = String.valueOf(found.getMessage());
        assertTrue(message.startsWith("one is refused whatever the kernel and policy: ["), message);
        assertTrue(message.contains("no entry left in .plt"), message);
        assertTrue(message.contains("the room that ArchPlan reserves"), message);
    }

    @Test
    void soDoesTheLackOfAnyStub() throws Throwable {
        finding(ArchMutant.STUBS_WITHOUT_ROOM, false).getExecutable().execute();
        Subject wrong = new Subject(new OneCall(false), ArchMutant.STUBS_WITHOUT_ROOM.of(refusing()));
        AssertionError found = assertThrows(AssertionError.class, () -> StubChecks.checkThatModulesLoad(wrong));
        String message = String.valueOf(found.getMessage());
        assertTrue(
                message.startsWith("0 stubs were made; the contract needs a module that wants one; or mend"), message);
        assertTrue(message.contains("no entry left in .plt"), message);
    }

    @Test
    void aFaultThatNoCheckSeesIsToldAsSuch() {
        AssertionError missed = assertThrows(
                AssertionError.class,
                () -> finding(ArchMutant.REVERSED_ORDER, true).getExecutable().execute());
        String message = String.valueOf(missed.getMessage());
        assertTrue(message.contains("Of the checks [ORDER] none fails."), message);
    }

    @Test
    void aFailureThatNamesSomethingElseIsShown() {
        AssertionError missed = assertThrows(
                AssertionError.class,
                () -> finding(ArchMutant.SHIFTED_FIELD, true).getExecutable().execute());
        String message = String.valueOf(missed.getMessage());
        assertTrue(message.contains("What fails names something else: [every type has a linker's word: "), message);
    }

    @Test
    void loadsThatOnlyTheWrongArchitectureRefusesAreTold() {
        ArchContract contract = new OneCall(false);
        String told = MutantsContract.refusals(
                contract, new Subject(contract, ArchMutant.STUBS_WITHOUT_ROOM.of(contract.arch())));
        // two kernel versions by two policies; the other kernel's exports are near
        assertTrue(told.contains("no failures: 4 loads that the architecture without the fault does not refuse"), told);
        assertTrue(told.contains("no entry left in .plt"), told);
        assertEquals("", MutantsContract.refusals(contract, new Subject(contract, contract.arch())));
    }
}
