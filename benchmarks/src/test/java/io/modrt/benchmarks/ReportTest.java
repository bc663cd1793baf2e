package io.modrt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
    private static final List<String> LINES = List.of(
            "part,tree,subject,step,unit,minimum,median,items",
            "c,n64,tree,read,ns,40000000,50000000,1",
            "c,n64,tree,parse+plan+copy,ns,10000000,11000000,1",
            "c,n64,tree,place+resolve,ns,20000000,21000000,1",
            "c,n64,tree,relocate+finish,ns,20000000,21000000,1",
            "c,n64,tree,whole,ns,100000000,120000000,1",
            "c,n64,tree,memcpy,ns,2000000,2100000,1",
            "tree,n64,tree,whole,ns,150000000,160000000,1000000",
            "tree,n64,tree,allocation,bytes,300000000,300000000,3000",
            "tree,n64,tree,read,ns,50000000,51000000,1000000",
            "tree,n64,tree,parse,ns,5000000,5000000,1000000",
            "tree,n64,tree,plan,ns,15000000,16000000,1000000",
            "tree,n64,tree,place,ns,4000000,4000000,1000000",
            "tree,n64,tree,resolve,ns,26000000,26000000,1000000",
            "tree,n64,tree,relocate,ns,40000000,41000000,1000000",
            "tree,n64,tree,commit,ns,6000000,6000000,1000000",
            "tree,n64,tree,unload,ns,4000000,4000000,1000000",
            "tree,n64,tree,memcpy,ns,3000000,3000000,1000000",
            "tree,n64,tree,by path,ns,160000000,161000000,1000000",
            "tree,n64,tree,loadAll 1,ns,140000000,141000000,1000000",
            "tree,n64,tree,loadAll 2,ns,70000000,71000000,1000000",
            "load,n64,xfs,whole,ns,800000,900000,50000",
            "load,n64,xfs,read,ns,200000,210000,50000",
            "load,n64,xfs,parse,ns,10000,10000,50000",
            "load,n64,xfs,plan,ns,20000,20000,50000",
            "load,n64,xfs,place,ns,900,1000,50000",
            "load,n64,xfs,resolve,ns,60000,60000,50000",
            "load,n64,xfs,relocate,ns,400000,410000,50000",
            "load,n64,xfs,commit,ns,70000,71000,50000",
            "load,n64,xfs,unload,ns,30000,31000,50000",
            "load,n64,xfs,memcpy,ns,40000,41000,50000",
            "memory,n64,tree,modules within the bound,modules,2900,2900,3000",
            "memory,n64,xfs,image,bytes,2000000,2000000,1",
            "memory,n64,xfs,bound,bytes,2600000,2600000,1",
            "memory,n64,xfs,allocation,bytes,2200000,2200000,1",
            "trace,n64,xfs,switch,ns,200000,210000,4000",
            "lookup,n64,xfs,at,ns,85,86,1",
            "lookup,n64,xfs,annotate,ns,20000000,21000000,1",
            "verify,n64,130 modules,verify 1 threads,ns,200000000,210000000,1",
            "verify,n64,130 modules,verify 2 threads,ns,110000000,120000000,1",
            "image,n64,image,verify,ns,1500000000,1600000000,1",
            "process,n64,xfs,a JVM that prints a line,ns,40000000,41000000,1",
            "process,n64,xfs,modrt,ns,100000000,110000000,1",
            "scaling,o32,relocations,100,ns,80000,80000,100",
            "scaling,o32,relocations,100000,ns,1000000,1000000,100000",
            "scaling,o32,relocations,10000000,ns,100000000,100000000,10000000");

    private static final Results RESULTS = Results.of(LINES);

    @Test
    void rawDataIsWrittenAsItWasRead() {
        assertEquals(String.join("\n", LINES) + "\n", RESULTS.csv());
    }

    @Test
    void eachFigureStandsInItsRow() {
        String report = Report.of(RESULTS, "Measured today.\n");
        assertTrue(
                report.startsWith("Measured today.\n\n### Beside the kernel's own C\n\n|  | the kernel's C |"), report);
        for (String row : List.of(
                "| n64, all modules: whole | 100 ms | 150 ms | 1.50 | 50.00 | 75.00 |",
                "| parse, plan, copy | 10.0 ms | 20.0 ms | 2.00 | 5.00 | 10.00 |",
                "| commit, unload | – | 10.0 ms | – | – | 5.00 |",
                "| whole, by path | 100 ms | 160 ms | 1.60 | 50.00 | 80.00 |",
                "| n64, all modules | 1,000,000 | 150 ms | 150.0 ns | 50.00 | 300.00 MB | 140 ms | 70.0 ms | 2.00 |",
                "| n64, xfs | 50,000 | 800 µs | 16.0 ns | 20.00 | – | – | – | – |",
                "| n64 | 200 µs | 10.0 µs | 20.0 µs | 900 ns | 60.0 µs | 400 µs | 70.0 µs | 30.0 µs | 40.0 µs |",
                "| n64, xfs | 2,000,000 | 2,200,000 | 2,600,000 | 2,900 of 3,000 |",
                "| n64: one call site of xfs on or off (all 2000 at once) | 50 ns |",
                "| n64: `at`, one address of xfs, 130 modules loaded | 85 ns |",
                "| n64: `relocationsAt` for every word of xfs | 20.0 ms |",
                "| n64: 130 modules compared with memory, one thread | 200 ms |",
                "| n64: 130 modules compared with memory, two threads | 110 ms |",
                "| n64: the modules of a machine's memory image | 1.50 s |",
                "| n64, modrt | 100 ms | 2.50 |",
                "| relocations | 100 | 10,000,000 | 100 ms | 1.00 |")) {
            assertTrue(report.contains(row + "\n"), row + " is not in\n" + report);
        }
    }

    @Test
    void whatWasNotMeasuredLeavesNoEmptyTable() {
        assertEquals("Measured today.\n", Report.of(new Results(), "Measured today.\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7 ns",
        "999, 999 ns",
        "1000, 1.00 µs",
        "12345, 12.3 µs",
        "123456, 123 µs",
        "1234567, 1.23 ms",
        "2500000000, 2.50 s"
    })
    void timesHaveThreeDigits(double nanos, String shown) {
        assertEquals(shown, Report.time(nanos));
    }

    @Test
    void figuresReplaceThoseOfThePage() {
        String page =
                "# Performance\n<!-- figures: written by benchmarks/run --publish -->\nold\n<!-- end of figures -->\nmore\n";
        assertEquals(
                "# Performance\n<!-- figures: written by benchmarks/run --publish -->\n\nnew\n\n<!-- end of figures -->\nmore\n",
                Benchmarks.published(page, "new\n"));
        assertThrows(IllegalArgumentException.class, () -> Benchmarks.published("# Performance\n", "new\n"));
    }

    @Test
    void aBarIsAsLongAsItsStepsTogether() {
        String picture = StepPlot.of(RESULTS);
        assertTrue(picture.contains(">n64, the kernel's C</text>"));
        assertTrue(picture.contains(">90.0 ns</text>"), picture); // 40 + 10 + 20 + 20 ms by a million relocations
        assertTrue(picture.contains(">150 ns</text>"), picture);
        assertTrue(picture.contains("width=\"670\"")); // a JVM that loads a module is the longest of the processes
        assertTrue(picture.contains("prefers-color-scheme: dark"));
        assertFalse(picture.contains("NaN"));
    }

    @Test
    void growthInProportionHasTheSlopeOne() {
        String picture = ScalingPlot.of(RESULTS);
        assertTrue(picture.contains(">relocations: slope 1.00</text>"), picture);
        assertFalse(picture.contains("symbols: slope"));
        assertFalse(picture.contains("NaN"));
    }
}
