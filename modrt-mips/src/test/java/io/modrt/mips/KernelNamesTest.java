package io.modrt.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.image.Finding;
import io.modrt.image.Finding.Kind;
import io.modrt.image.ImageResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The kernel's own symbol table in an image, made here as the kernel's build makes it: count, names, markers, pieces, offsets of pieces. */
class KernelNamesTest {
    private static final int TABLES = 0x11_1000;
    private static final long NAMES = 0x8011_1004L;
    private static final int COUNT = 600;
    /** Two letters that a byte of its own stands for, as frequent ones have. */
    private static final int FN = 1;

    private final FakeMachine machine = new FakeMachine();
    private final String symbols = IntStream.range(0, COUNT)
            .mapToObj(i -> Integer.toHexString(0x8010_2000 + i * 4) + " t " + name(i) + "\n")
            .collect(Collectors.joining());

    /** The symbols of the fake machine's own map are names too. */
    private static String name(int i) {
        return i < 10
                ? List.of(
                                "_text",
                                "_stext",
                                "printk",
                                "ftrace_stub",
                                "function_trace_call",
                                "kprobe_dispatcher",
                                "schedule",
                                "_etext",
                                "modules",
                                "_end")
                        .get(i)
                : "fn" + i;
    }

    private void tables(List<String> names) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        word(table, names.size());
        List<Integer> markers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (i % 256 == 0) {
                markers.add(table.size() - 4);
            }
            byte[] text = ("t" + names.get(i).replace("fn", "\1")).getBytes(StandardCharsets.US_ASCII);
            table.write(text.length);
            table.writeBytes(text);
        }
        align(table);
        markers.forEach(marker -> word(table, marker));
        ByteArrayOutputStream offsets = new ByteArrayOutputStream();
        int first = table.size();
        for (int i = 0; i < 256; i++) {
            int offset = table.size() - first;
            offsets.write(offset);
            offsets.write(offset >> 8);
            String piece = i == FN ? "fn" : i > ' ' && i < 0x7f ? String.valueOf((char) i) : "";
            table.writeBytes((piece + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        align(table);
        table.writeBytes(offsets.toByteArray());
        System.arraycopy(table.toByteArray(), 0, machine.bytes(), TABLES, table.size());
    }

    private static void word(ByteArrayOutputStream table, int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            table.write(value >> shift);
        }
    }

    private static void align(ByteArrayOutputStream table) {
        while (table.size() % 4 != 0) {
            table.write(0);
        }
    }

    private static List<String> names() {
        return IntStream.range(0, COUNT).mapToObj(KernelNamesTest::name).collect(Collectors.toList());
    }

    private List<Finding> findings() {
        ImageResult result = machine.imageWith(
                        symbols.lines().skip(10).map(line -> line + "\n").collect(Collectors.joining()))
                .verify();
        return result.kernelFindings();
    }

    @Test
    void aTableThatHasAllNamesIsAsItShouldBe() {
        tables(names());
        assertEquals(List.of(), findings());
    }

    @Test
    void aNameThatWasReplacedIsToldWithItsPlace() {
        List<String> names = names();
        int offset = names.subList(0, 300).stream()
                .mapToInt(name -> name.startsWith("fn") ? name.length() + 1 : name.length() + 2)
                .sum();
        names.set(300, "fo300");
        tables(names);
        assertEquals(
                List.of(new Finding(
                        Kind.SYMBOLS,
                        "",
                        Optional.of(Address.of(NAMES + offset)),
                        "kallsyms",
                        "",
                        "the kernel's own symbol table no longer has fn300, and has fo300 in its place")),
                findings());
    }

    @Test
    void namesThatWereTakenOutAreTold() {
        List<String> names = names();
        names.remove("fn17");
        names.remove("fn18");
        tables(names);
        assertEquals(
                List.of(
                        "the kernel's own symbol table no longer has fn17",
                        "the kernel's own symbol table no longer has fn18"),
                findings().stream().map(Finding::text).toList());
        assertTrue(findings().get(0).isAlarm());
    }

    @Test
    void aListWithManyOtherNamesTellsNothing() {
        tables(names().subList(0, 520));
        assertEquals(List.of(), findings());
    }

    @Test
    void aTableWhoseMarkersDisagreeIsNone() {
        List<String> names = names();
        names.remove("fn17");
        tables(names);
        byte[] memory = machine.bytes();
        int count = TABLES;
        memory[count]++; // one name more than there are
        assertEquals(List.of(), findings());
    }
}
