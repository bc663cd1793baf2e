package io.modrt.testkit.contract;

import io.modrt.spi.Arch;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.Field;
import io.modrt.spi.Fit;
import io.modrt.spi.Formula;
import io.modrt.spi.RelocationType;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;

/** One fault that an architecture may have, and the check of the contract that finds it. */
@SuppressWarnings("ImmutableEnumChecker") // the functions have no state, without saying so by an annotation
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ArchMutant {
    /** A type's field takes the value's bits from one bit further up. */
    SHIFTED_FIELD("field", Set.of(Check.LINKER_WORDS), MutantTypes.last(MutantTypes::isOfWord, ArchMutant::shifted)),
    /** Two types have each other's numbers. */
    SWAPPED_NUMBERS("number", Set.of(Check.LINKER_WORDS), MutantTypes::swapped),
    /** A rounding constant, or the distance of the branch's base, is missing. */
    MISSING_BIAS("bias", Set.of(Check.LINKER_WORDS), MutantTypes.each(type -> type.bias() != 0, ArchMutant::unbiased)),
    /** A type for pages takes whole addresses. */
    UNMASKED_PAGE(
            "formula",
            Set.of(Check.LINKER_WORDS),
            MutantTypes.each(type -> type.formula() == Formula.PAGE, ArchMutant::unmasked)),
    /** No value is checked. */
    UNCHECKED_RANGE(
            "fit",
            Set.of(Check.LINKER_WORDS, Check.REFUSALS),
            MutantTypes.each(type -> type.fit() != Fit.TRUNCATED, ArchMutant::unchecked)),
    /** No target's alignment is checked. */
    UNCHECKED_ALIGNMENT(
            "alignment",
            Set.of(Check.LINKER_WORDS, Check.REFUSALS),
            MutantTypes.each(type -> type.targetAlignment() > 1, ArchMutant::unaligned)),
    /** Relocations are applied from the last to the first. */
    REVERSED_ORDER("ArchPlan.ordered", Set.of(Check.ORDER), MutantLoads::reversed),
    /** A stub's code leads 4 bytes beyond its target. */
    STUB_BEYOND_ITS_TARGET("the stub's template", Set.of(Check.STUBS), MutantLoads::beyond),
    /** A stub has another target than the branch. */
    STUB_FOR_ANOTHER_TARGET("the target that ArchLoad.route gives", Set.of(Check.STUBS), MutantLoads::elsewhere),
    /** No stub was counted. */
    UNCOUNTED_STUBS("ArchPlan.mayNeed", Set.of(Check.STUBS), MutantLoads::uncounted),
    /** No room was reserved for stubs. */
    STUBS_WITHOUT_ROOM(
            "the room that ArchPlan reserves|the bytes that ArchPlan reserves",
            Set.of(Check.STUBS, Check.LOADS),
            MutantLoads::cramped),
    /** Stubs that branches go through are not written. */
    UNWRITTEN_STUBS("ArchLoad.stubs", Set.of(Check.STUBS), MutantLoads::unwritten),
    /** All loads share one state. */
    SHARED_STATE("each ArchPlan.begin", Set.of(Check.INTERLEAVED_LOADS), MutantLoads::shared),
    /** Export records hold distances where the kernel has addresses, or the other way round. */
    EXPORTS_BY_THE_OTHER_REFERENCE("tables().exports()", Set.of(Check.TABLES), MutantTables::exports),
    /** So do exception entries. */
    EXCEPTIONS_BY_THE_OTHER_REFERENCE("tables().exceptionTable()", Set.of(Check.TABLES), MutantTables::exceptions),
    /** So do jump labels. */
    JUMP_LABELS_BY_THE_OTHER_REFERENCE("tables().jumpTable()", Set.of(Check.TABLES), MutantTables::jumpLabels),
    /** A static branch that is not taken is another instruction. */
    WRONG_NOP("StaticBranches.notTaken", Set.of(Check.STATIC_BRANCHES), MutantTables::otherNop),
    /** A static branch that is taken goes 4 bytes beyond its target. */
    BRANCH_BEYOND_ITS_TARGET("StaticBranches.taken", Set.of(Check.STATIC_BRANCHES), MutantTables::furtherJump),
    /** The tracing table has another name. */
    MISNAMED_TRACING_TABLE("TracingSites.tableSection", Set.of(Check.TRACING), MutantTables::otherTracingTable),
    /** Sites lie 4 bytes behind where the kernel knows them. */
    WRONG_TRACING_DISTANCE("TracingSites.site", Set.of(Check.TRACING), MutantTables::furtherSites),
    /** Sites stay as they were compiled when a module is loaded. */
    SITES_AS_COMPILED("writeOff", Set.of(Check.TRACING), MutantTables::untouchedSites);

    private final String hint;
    private final Set<Check> checks;
    private final UnaryOperator<ArchKernel> change;

    ArchMutant(String hint, Set<Check> checks, UnaryOperator<ArchKernel> change) {
        this.hint = hint;
        this.checks = checks;
        this.change = change;
    }

    /** What the message of a failing check has to name: one of these. */
    List<String> names() {
        return List.of(hint.split("\\|"));
    }

    /** Whether a message names what is wrong. */
    boolean isNamedBy(String message) {
        return names().stream().anyMatch(message::contains);
    }

    /** The checks, one of which finds the fault. */
    Set<Check> checks() {
        return checks;
    }

    /** The architecture with the fault. */
    Arch of(Arch arch) {
        return new ForwardingArch(arch) {
            @Override
            public String name() {
                return arch.name() + " with " + ArchMutant.this;
            }

            @Override
            ArchKernel changed(ArchKernel kernel) {
                return change.apply(kernel);
            }
        };
    }

    private static RelocationType shifted(RelocationType type) {
        return new ForwardingType(type) {
            @Override
            public Field field() {
                return type.field().from(type.field().lowestBit() + 1);
            }
        };
    }

    private static RelocationType unbiased(RelocationType type) {
        return new ForwardingType(type) {
            @Override
            public long bias() {
                return 0;
            }
        };
    }

    private static RelocationType unmasked(RelocationType type) {
        return new ForwardingType(type) {
            @Override
            public Formula formula() {
                return Formula.S_A_P;
            }
        };
    }

    private static RelocationType unchecked(RelocationType type) {
        return new ForwardingType(type) {
            @Override
            public Fit fit() {
                return Fit.TRUNCATED;
            }
        };
    }

    private static RelocationType unaligned(RelocationType type) {
        return new ForwardingType(type) {
            @Override
            public int targetAlignment() {
                return 1;
            }
        };
    }
}
