package io.modrt.engine.finish;

import static io.modrt.engine.layout.SmallModule.A;
import static io.modrt.engine.layout.SmallModule.AX;
import static io.modrt.engine.layout.SmallModule.FUNC;
import static io.modrt.engine.layout.SmallModule.PACKED;
import static io.modrt.engine.layout.SmallModule.WA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modrt.elf.ElfClass;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.engine.layout.SmallModule;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.Finisher;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.TracingSites;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FinishingTest {
    private static final TableShapes SHAPES = new TableShapes(
            new TableShapes.ExportTable(4, Reference.ABSOLUTE),
            new TableShapes.ExceptionTable(8, 4, Reference.ABSOLUTE, 2),
            new TableShapes.JumpTable(4, 4, Reference.ABSOLUTE));

    /** What is already done when somebody looks: the first words of the exception, jump and site tables, and the first type letter. */
    private static String state(ModuleImage image) {
        return "ex " + image.section("__ex_table").orElseThrow().word(0)
                + ", letter " + (char) (image.wordAt(0xc0010000L + 0x32) >>> 8 & 0xff)
                + ", sites " + image.section("__sites").orElseThrow().word(0)
                + ", jumps " + image.section("__jump_table").orElseThrow().word(0);
    }

    @Test
    void stepsComeInTheKernelsOrder() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".text", AX, 4, 0x10);
        module.section("__ex_table", A, 4, module.ints(2, 0, 1, 0));
        module.section("__sites", A, 4, module.ints(2, 0));
        module.section("__jump_table", WA, 4, module.ints(2, 0, 0, 1, 0, 0));
        // init: two symbols 0..20, names "\0f\0" 20..23, struct 24..34, letters "Ut" 34..36
        ImageBytes image = module.symbol("f", 0, FUNC, 1).withSymbols().image(PACKED, 0xc0000000L);
        List<String> seen = new ArrayList<>();
        TracingSites tracing = new TracingSites() {
            @Override
            public String tableSection() {
                return "__sites";
            }

            @Override
            public void writeOff(long site, ModuleImage words) {
                seen.add("tracing " + site + ": " + state(words));
            }
        };
        seen.add("before: " + state(image));
        Finishing.steps(
                        image,
                        SHAPES,
                        symbol -> symbol,
                        List.of(
                                Finisher.of("one", words -> seen.add("one: " + state(words))),
                                Finisher.of("two", words -> seen.add("two: " + state(words)))),
                        tracing,
                        diagnostic -> {})
                .forEach(step -> step.finish(image));
        seen.add("after: " + state(image));
        assertEquals(
                List.of(
                        "before: ex 2, letter \0, sites 2, jumps 2",
                        "one: ex 1, letter U, sites 2, jumps 2",
                        "two: ex 1, letter U, sites 2, jumps 2",
                        "tracing 2: ex 1, letter U, sites 0, jumps 2",
                        "after: ex 1, letter U, sites 0, jumps 1"),
                seen);
    }

    private static List<String> told(ImageBytes image) {
        List<String> told = new ArrayList<>();
        Finishing.steps(image, SHAPES, symbol -> symbol, List.of(), TracingSites.none(), diagnostic -> {
            assertEquals(Diagnostic.Kind.KERNEL_CRASH, diagnostic.kind());
            told.add(diagnostic.text());
        });
        return told;
    }

    @Test
    void aStructModuleBetweenWordsMayCrashAKernel() {
        SmallModule module = new SmallModule(ElfClass.ELF32, true);
        module.section(".data", WA, 1, 2);
        module.section(".gnu.linkonce.this_module", WA, 2, 8);
        assertEquals(
                List.of("struct module at 0xc0000002 is not aligned to 4 bytes"),
                told(module.image(PACKED, 0xc0000000L)));
    }

    @Test
    void aParameterWithoutANameMayCrashAKernel() {
        SmallModule named = new SmallModule(ElfClass.ELF32, true);
        named.section("__param", A, 4, named.ints(0xc0000004, 0x70000000));
        assertEquals(List.of(), told(named.image(PACKED, 0xc0000000L)));
        SmallModule nameless = new SmallModule(ElfClass.ELF32, true);
        nameless.section("__param", A, 4, nameless.ints(0, 0));
        assertEquals(
                List.of("the first parameter's name would be at 0x0, outside the module"),
                told(nameless.image(PACKED, 0xc0000000L)));
    }
}
