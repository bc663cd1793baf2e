package io.modrt.testkit.riscv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.elf.ElfHeader;
import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.error.RelocationException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Addends;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.SectionImage;
import io.modrt.spi.SymbolValues;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What an architecture may do to the addends of SHT_RELA, and to the order of application. */
class RiscvAddendsTest {
    private static final int R_64 = RiscvReloc.R_64.number();

    /** RISC-V whose loads change addends, and apply the last relocation first. */
    private static final class Changed extends RiscvArch {
        private final Consumer<Addends> change;

        Changed(Consumer<Addends> change) {
            this.change = change;
        }

        @Override
        public ArchKernel kernel(KernelProfile profile, ElfHeader header) {
            return new RiscvKernel(profile) {
                @Override
                public ArchPlan plan(PlanInput input) {
                    return new Backwards(change);
                }
            };
        }
    }

    private record Backwards(Consumer<Addends> change) implements ArchPlan {
        @Override
        public RelocationSection ordered(RelocationSection relocations) {
            int[] order = new int[relocations.count()];
            for (int i = 0; i < order.length; i++) {
                order[i] = order.length - 1 - i;
            }
            return relocations.inOrder(order);
        }

        @Override
        public ArchLoad begin(PlacedSections placed, SymbolValues values) {
            return new ArchLoad() {
                @Override
                public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
                    if (relocations.target().isNamed(".data")) {
                        change.accept(addends);
                    }
                }
            };
        }
    }

    private static LiveModule load(Consumer<Addends> change, LoadPolicy policy) {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.RISCV_64, "m")
                .data(0, 0, 0, 0, 0, 0)
                .relocation(".data", 0, R_64, "far", 1)
                .relocation(".data", 8, R_64, "far", 2)
                .relocation(".data", 16, R_64, "far", 3);
        return ModuleRuntime.builder()
                .arch(new Changed(change))
                .kernelSymbols(KernelSymbols.of(Map.of("far", Address.of(0x1000))))
                .policy(policy)
                .build()
                .load(ModuleFile.open(module.build()));
    }

    private static void assertData(LiveModule module, int first, int second, int third) {
        assertArrayEquals(
                ElfTarget.RISCV_64.encoding().words(first, 0, second, 0, third, 0),
                module.relocated(module.file().elf().section(".data").orElseThrow()));
    }

    @Test
    void addendsAreThoseOfTheFileUnlessTheyAreSet() {
        LiveModule module = load(
                addends -> {
                    assertEquals(3, addends.get(0), "the last is the first");
                    addends.set(1, 0x20);
                    assertEquals(0x20, addends.get(1));
                },
                LoadPolicy.kernelExact());

        assertData(module, 0x1001, 0x1020, 0x1003);
        assertEquals(
                "m: .data+0x8: R_RISCV_64 against far+0x20: 0x0000000000000000 becomes 0x0000000000001020",
                module.relocations()
                        .filter(r -> r.place().sectionOffset() == 8)
                        .findFirst()
                        .orElseThrow()
                        .toString());
    }

    @Test
    void anEntryThatIsRefusedFailsWhenItsTurnComes() {
        Consumer<Addends> change = addends -> {
            addends.refuse(2, Refusal.of(Errno.EINVAL, "third"));
            addends.refuse(1, Refusal.of(Errno.EINVAL, "second"));
        };
        RelocationException refused =
                assertThrows(RelocationException.class, () -> load(change, LoadPolicy.kernelExact()));

        assertEquals("m: .data+0x8: R_RISCV_64 against far+0x2: second", refused.getMessage());
        assertData(load(change, LoadPolicy.kernelExact().bestEffort()), 0, 0, 0x1003);
    }

    @Test
    void anEntryThatStaysOpenFailsAfterTheLast() {
        Consumer<Addends> change = addends -> {
            addends.refuseAtEnd(0, Refusal.of(Errno.EINVAL, "open"));
            addends.refuse(2, Refusal.of(Errno.EINVAL, "first of the file"));
        };
        RelocationException refused =
                assertThrows(RelocationException.class, () -> load(change, LoadPolicy.kernelExact()));

        assertEquals("m: .data+0x0: R_RISCV_64 against far+0x1: first of the file", refused.getMessage());
        assertData(load(change, LoadPolicy.kernelExact().bestEffort()), 0, 0x1002, 0);
    }
}
