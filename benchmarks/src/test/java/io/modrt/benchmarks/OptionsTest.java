package io.modrt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void withoutPartsAllAreMeasured() {
        Options options = Options.of();
        assertEquals(EnumSet.allOf(Options.Part.class), options.parts());
        assertEquals(List.of("o32", "n64", "pa32", "pa64", "arm64"), options.trees());
        assertEquals(Optional.empty(), options.docs());
        assertEquals(options.parts(), Options.of("--all").parts());
    }

    @Test
    void optionsTakeTheirValues() {
        Options options = Options.of(
                "load",
                "--short",
                "--trees",
                "n64,o32",
                "--cache",
                "kept",
                "--output",
                "out",
                "--programs",
                "c",
                "--docs",
                "docs",
                "--from",
                "old.csv",
                "--jvm",
                "-Xmx1g -Xint",
                "tree");
        assertEquals(Set.of(Options.Part.LOAD, Options.Part.TREE), options.parts());
        assertTrue(options.isShort());
        assertEquals(List.of("n64", "o32"), options.trees());
        assertEquals(Path.of("kept"), options.cache());
        assertEquals(Path.of("out"), options.output());
        assertEquals(Optional.of(Path.of("c")), options.programs());
        assertEquals(Optional.of(Path.of("docs")), options.docs());
        assertEquals(Optional.of(Path.of("old.csv")), options.from());
        assertEquals(List.of("-Xmx1g", "-Xint"), options.jvm());
    }

    @Test
    void whatIsUnknownIsRefusedByName() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Options.of("lode"))
                .getMessage()
                .startsWith("lode: neither an option nor one of [load, tree, memory, c,"));
        assertEquals(
                "--trees: needs a value",
                assertThrows(IllegalArgumentException.class, () -> Options.of("--trees"))
                        .getMessage());
    }
}
