package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.Fixup;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.PlanInput;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import io.modrt.spi.StubTemplate.Piece;
import io.modrt.spi.SymbolValues;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Kernels whose plans or loads are wrong. */
final class MutantLoads {
    private static final long FURTHER = 4;

    private MutantLoads() {}

    private static ArchKernel withPlan(ArchKernel kernel, UnaryOperator<ArchPlan> change) {
        return new ForwardingKernel(kernel) {
            @Override
            public ArchPlan plan(PlanInput input) {
                return change.apply(kernel.plan(input));
            }
        };
    }

    private static ArchKernel withLoad(ArchKernel kernel, UnaryOperator<ArchLoad> change) {
        return withPlan(kernel, plan -> new ForwardingPlan(plan) {
            @Override
            public ArchLoad begin(PlacedSections placed, SymbolValues values) {
                return change.apply(super.begin(placed, values));
            }
        });
    }

    static ArchKernel reversed(ArchKernel kernel) {
        return withPlan(kernel, plan -> new ForwardingPlan(plan) {
            @Override
            public RelocationSection ordered(RelocationSection relocations) {
                RelocationSection ordered = plan.ordered(relocations);
                int last = ordered.count() - 1;
                return ordered.inOrder(
                        IntStream.rangeClosed(0, last).map(i -> last - i).toArray());
            }
        });
    }

    static ArchKernel uncounted(ArchKernel kernel) {
        return withPlan(kernel, plan -> new ForwardingPlan(plan) {
            @Override
            public boolean mayNeed(RelocationSection relocations, int index) {
                return false;
            }
        });
    }

    /** Stubs lie where the architecture puts them; but nothing is kept free there. */
    static ArchKernel cramped(ArchKernel kernel) {
        return withPlan(kernel, plan -> new ForwardingPlan(plan) {
            @Override
            public Section shape(Section section) {
                return section;
            }

            @Override
            public long frontBytes(Section section) {
                return 0;
            }

            @Override
            public long behindBytes(Section section) {
                return 0;
            }

            @Override
            public long headBytes(RegionKind region) {
                return 0;
            }
        });
    }

    static ArchKernel unwritten(ArchKernel kernel) {
        return withLoad(kernel, load -> new ForwardingLoad(load) {
            @Override
            public List<Stub> stubs() {
                return List.of();
            }

            @Override
            public int writeStubs(ModuleImage image) {
                return 0;
            }
        });
    }

    static ArchKernel shared(ArchKernel kernel) {
        Map<String, ArchLoad> first = new HashMap<>();
        return withLoad(kernel, load -> first.computeIfAbsent("load", any -> load));
    }

    /** The stub says its target and leads further. */
    static ArchKernel beyond(ArchKernel kernel) {
        return withLoad(kernel, load -> new ForwardingLoad(load) {
            @Override
            public long route(Fixup fixup) {
                return further(load, fixup);
            }

            @Override
            public List<Stub> stubs() {
                return load.stubs().stream().map(MutantLoads::beyond).toList();
            }

            @Override
            public int writeStubs(ModuleImage image) {
                List<Stub> stubs = stubs();
                stubs.forEach(stub -> stub.write(image));
                return stubs.size();
            }
        });
    }

    /** Where a branch goes that goes further, if that is a stub. */
    private static long further(ArchLoad load, Fixup fixup) {
        Fixup other = OwnFixup.further(fixup, FURTHER);
        long goal = load.route(other);
        return goal == other.goal() ? fixup.goal() : goal;
    }

    /** Of a stub that was made for a target further on: the one for the target itself, with the code of the other. */
    private static Stub beyond(Stub stub) {
        Address target = stub.target().plus(-FURTHER);
        Optional<Address> slot = stub.slot();
        if (slot.isPresent()) {
            return new Stub(stub.address(), target, stub.symbol(), stub.template(), slot.map(at -> at.plus(FURTHER)));
        }
        byte[] code = stub.code(ByteOrder.BIG_ENDIAN);
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        for (Piece piece : stub.template().pieces()) {
            long bits = Numbers.get(code, at, piece.sizeBytes(), ByteOrder.BIG_ENDIAN);
            pieces.add(new Piece(bits, piece.sizeBytes(), piece.assembly(), null));
            at += piece.sizeBytes();
        }
        return Stub.of(stub.address(), target, stub.symbol(), new StubTemplate(pieces));
    }

    static ArchKernel elsewhere(ArchKernel kernel) {
        return withLoad(kernel, load -> new ForwardingLoad(load) {
            @Override
            public long route(Fixup fixup) {
                return further(load, fixup);
            }
        });
    }
}
