package io.modrt.benchmarks;

import io.modrt.address.Address;
import io.modrt.image.ImageFile;
import io.modrt.image.ImageResult;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures the verification of the modules in an image of a machine's memory, as {@code conformance/run image} keeps it. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // why: JMH calls open() before anything else
public class ImageBenchmark {
    private static final String SYMBOL = "SYM ";

    /** The folder of the image: {@code memory.raw} and what the guest said of itself. */
    @Param("")
    public String image = "";

    /** The kernel's modules: a folder {@code lib/modules/VERSION}. */
    @Param("")
    public String modules = "";

    /** The address of the image's first byte. */
    @Param("0")
    public long base;

    private SymbolMap symbols;
    private ModuleTree tree;

    /** For JMH. */
    public ImageBenchmark() {}

    /** Reads the kernel's symbols and lists the modules. */
    @Setup
    public void open() throws IOException {
        Path own = Path.of(image, "kernel.dump");
        symbols = KernelSymbols.kallsyms(symbols(Files.exists(own) ? own : Path.of(image, "1.dump")));
        tree = ModuleTree.open(Path.of(modules));
    }

    /** The lines that the guest copied from {@code /proc/kallsyms}, among others and bytes of memory. */
    private static String symbols(Path dump) throws IOException {
        try (Stream<String> lines = Files.lines(dump, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(SYMBOL))
                    .map(line -> line.substring(SYMBOL.length()))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** Opens the image, finds its modules and verifies them; returns how many there are. */
    @Benchmark
    public int verify() throws IOException {
        Path memory = Path.of(image, "memory.raw");
        try (ImageFile file = ImageFile.flat(memory, Address.of(base), ImageFile.Addressing.PHYSICAL)) {
            ImageResult result = MemoryImage.builder()
                    .symbols(symbols)
                    .tree(tree)
                    .memory(file)
                    .build()
                    .verify();
            return result.modules().size();
        }
    }
}
