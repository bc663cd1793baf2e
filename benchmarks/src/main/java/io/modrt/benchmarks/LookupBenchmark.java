package io.modrt.benchmarks;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.ModulePlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures what it takes to say what is at an address of loaded modules. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class LookupBenchmark {
    private static final int OTHERS = 129;
    /** How many addresses are asked for, in turn: a power of two. */
    private static final int ASKED = 4096;

    /** The module whose addresses are asked for. */
    @Param("")
    public String module = "";

    /** A file with the path of a module in each line. */
    @Param("")
    public String list = "";

    /** The kernel's symbols, as {@link Exports} writes them. */
    @Param("")
    public String exports = "";

    private final Address[] asked = new Address[ASKED];
    private List<Address> words;
    private LiveModules live;
    private int next;

    /** For JMH. */
    public LookupBenchmark() {}

    /** Loads the modules and draws the addresses. */
    @Setup
    public void open() throws IOException {
        live = LiveModules.load(Path.of(module), Path.of(list), Path.of(exports), OTHERS);
        LiveModule largest = live.largest();
        AddressRange range = largest.placed().range(RegionKind.values()[0]).orElseThrow();
        Random random = new Random(1);
        for (int i = 0; i < ASKED; i++) {
            asked[i] = range.start().plus(random.nextInt((int) range.sizeBytes()) & ~3);
        }
        words = new ArrayList<>();
        for (Section section : largest.file().elf().sections()) {
            Optional<Address> start = largest.placed().address(section);
            if (start.isPresent() && section.hasContents()) {
                for (long at = 0; at + 4 <= section.sizeBytes(); at += 4) {
                    words.add(start.get().plus(at));
                }
            }
        }
    }

    /** Closes the runtime. */
    @TearDown
    public void close() {
        live.close();
    }

    private Address nextAddress() {
        next = (next + 1) & (ASKED - 1);
        return asked[next];
    }

    /** Which module, region and section an address lies in. */
    @Benchmark
    public Optional<ModulePlace> at() {
        return live.runtime().at(nextAddress());
    }

    /** An address as the kernel would write it. */
    @Benchmark
    public String describe() {
        return live.runtime().describe(nextAddress());
    }

    /** The relocations of one word. */
    @Benchmark
    public int relocationsAt() {
        return live.largest().relocationsAt(nextAddress()).size();
    }

    /** The relocations of every word of the module, one word after the other. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    public int annotate() {
        int found = 0;
        for (Address word : words) {
            found += live.largest().relocationsAt(word).size();
        }
        return found;
    }
}
