package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.MemoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelDumpTest {
    private static final long SEED = 20090519;

    /** Memory that looks like lines, and is none. */
    private static final String DUMP = """
            KDUMP1
            UNAME 6.1.0 some version
            CPU processor : 0
            CPUS 1
            INS loop 0
            INS broken 8 ENOEXEC
            MODLINE loop 20480 0 - Live 0xc0010000
            SEC loop .text 0xc0010000
            SEC loop .data 0xc0010100
            MEM loop c0010000 9
            SYM\nMEM x
            END loop
            MARK on
            MEM loop c0010000 4
            abcd
            END loop
            LATER what is not known
            MEM (kernel) 80100000 2
            KK
            END (kernel)
            SYM 80100000 T _stext
            SYM c0010000 t loop_run\t[loop]
            DONE
            """;

    private static KernelDump parse(String text) throws IOException {
        return KernelDump.parse(Path.of("x.dump"), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void recordsAreReadByTheirFirstWord() throws IOException {
        KernelDump dump = parse(DUMP);

        assertEquals("6.1.0", dump.release());
        assertEquals(List.of("processor : 0"), dump.cpu());
        assertEquals(1, dump.cpus());
        assertEquals(Map.of("loop", "0", "broken", "8 ENOEXEC"), dump.insertions());
        assertEquals("80100000 T _stext\nc0010000 t loop_run\t[loop]\n", dump.symbols());
        assertTrue(dump.complaint().isEmpty());
        KernelDump.Module loop = dump.modules().get(0);
        assertEquals("loop", loop.name());
        assertTrue(loop.isLive());
        assertEquals(20480, loop.sizeBytes());
        assertEquals(Address.of(0xc001_0000L), loop.base());
        assertEquals(Map.of(".text", Address.of(0xc001_0000L), ".data", Address.of(0xc001_0100L)), loop.sections());
        assertEquals(List.of("", "on"), List.copyOf(loop.states().keySet()));
        byte[] bytes = new byte[9];
        new DumpMemory(loop.states().get("")).read(Address.of(0xc001_0000L), bytes, 0, 9);
        assertArrayEquals("SYM\nMEM x".getBytes(StandardCharsets.ISO_8859_1), bytes);
    }

    @Test
    void whatIsListedBehindTheLastInsertionIsToldFromWhatWas() throws IOException {
        KernelDump dump = parse("""
                KDUMP1
                MODLINE loop 20480 0 - Live 0xc0010000
                MODLINE lost 4096 0 - Live 0xc0020000
                TRACE loop on 5
                PROBE lost lost_run 0
                INS hide 0
                MODLINE loop 20480 0 - Live 0xc0010000
                DONE
                """);

        assertEquals(2, dump.modules().size());
        assertEquals(Set.of("loop"), dump.listed());
        assertEquals(List.of("TRACE loop on 5", "PROBE lost lost_run 0"), dump.hooks());
        assertEquals(Set.of("hide", "lost"), new ImageTruth(dump).hidden());
    }

    @Test
    void whatTheDumpHasNotIsNoMemory() throws IOException {
        DumpMemory memory = new DumpMemory(parse(DUMP).kernel());

        byte[] bytes = new byte[3];
        memory.read(Address.of(0x8010_0000L), bytes, 1, 2);
        assertArrayEquals(new byte[] {0, 'K', 'K'}, bytes);
        assertThrows(MemoryException.class, () -> memory.read(Address.of(0x8010_0001L), bytes, 0, 2));
        assertThrows(MemoryException.class, () -> memory.read(Address.of(0x800f_ffffL), bytes, 0, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        KDUMP1                | ELF                    | x.dump: line 1: does not begin with KDUMP1
        c0010000 9            | c0010000 999999        | x.dump: line 10: memory of 999999 bytes, but the file has
        c0010000 9            | c0010000 -1            | x.dump: line 10: size is "-1", out of range
        c0010000 9            | c0010000 9x            | x.dump: line 10: size is "9x", no number
        c0010000 9            | xyz 9                  | x.dump: line 10: "xyz" is no address
        c0010000 9            | c0010000 8             | x.dump: line 11: memory of loop is not followed by END
        SEC loop .text        | SEC lop .text          | x.dump: line 8: module lop has no MODLINE before this
        SEC loop .text        | SEC loop               | x.dump: line 8: 3 fields are wanted behind the first word, not 2
        20480 0 - Live        | 20480                  | x.dump: line 7: a line of /proc/modules has 6 fields, not 3
        """)
    void aBrokenLineIsTold(String text, String broken, String message) {
        IOException refused =
                assertThrows(IOException.class, () -> parse(DUMP.replaceFirst(text.replace("(", "\\("), broken)));

        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }

    @Test
    void aDumpThatWasCutOffComplainsAndNothingElseEscapes() throws IOException {
        assertEquals(
                "x.dump: the capture did not come to its end",
                parse("KDUMP1\nUNAME 6.1.0 x\nFELL insert loop\n").complaint().orElseThrow());
        byte[] whole = DUMP.getBytes(StandardCharsets.ISO_8859_1);
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            byte[] mutant = Arrays.copyOf(whole, random.nextInt(whole.length) + 1);
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            try {
                KernelDump.parse(Path.of("x.dump"), mutant);
            } catch (IOException told) {
                assertTrue(told.getMessage().startsWith("x.dump: line "), told.getMessage());
            }
        }
    }

    @Test
    void modulesAreNamedOrDrawn() {
        assertEquals(List.of("a", "b"), LiveCommand.Choice.of(List.of("a", "b")).names(List.of()));
        // new Random(7) shuffles a, b, c, d in place, from the last: it swaps 3 with nextInt(4), 2 with nextInt(3),
        // and 1 with nextInt(2)
        List<String> drawn =
                LiveCommand.Choice.of(List.of("--random", "2", "--seed", "7")).names(List.of("d", "b", "a", "c"));
        Random random = new Random(7);
        String[] names = {"a", "b", "c", "d"};
        for (int i = 3; i > 0; i--) {
            int j = random.nextInt(i + 1);
            String swapped = names[i];
            names[i] = names[j];
            names[j] = swapped;
        }
        assertEquals(List.of(names[0], names[1]), drawn);
        assertThrows(IllegalArgumentException.class, () -> LiveCommand.Choice.of(List.of("--random", "2", "xfs")));
    }
}
