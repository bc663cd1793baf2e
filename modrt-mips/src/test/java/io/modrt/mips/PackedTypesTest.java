package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.policy.Diagnostic;
import io.modrt.testkit.DryLoad;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.SectionBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Relocations of n64 with three types, of which kernels apply the first. */
class PackedTypesTest {
    private static final int R_MIPS_32 = 2;
    private static final int R_MIPS_SUB = 24;

    /** A packed rest of 0x000018: r_ssym 0, r_type3 0, r_type2 24. */
    private static List<String> told(int packed) {
        DryLoad laid = Loads.module(ElfTarget.MIPS_N64_LE).exports("S", 0x1000);
        SectionBuilder data = laid.builder().writable(".data").zeros(16);
        for (int i = 0; i < packed; i++) {
            data.composedRelocation(
                    4L * i, List.of(R_MIPS_32, R_MIPS_SUB, 0), laid.builder().symbol("S"), 0, 0);
        }
        return laid.relocate().relocated().diagnostics().stream()
                .filter(diagnostic -> diagnostic.kind() == Diagnostic.Kind.TRUNCATED_OR_IGNORED)
                .map(Diagnostic::text)
                .toList();
    }

    @Test
    void whatIsIgnoredIsToldOnceASection() {
        assertEquals(List.of("r_ssym, r_type3, r_type2 are 0x18 and ignored"), told(1));
        assertEquals(List.of("r_ssym, r_type3, r_type2 are 0x18 and ignored, as in 2 more of this section"), told(3));
    }
}
