package io.modrt.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SymbolQueryTest {
    private static SymbolQuery of(String... names) {
        SymbolQuery query = new SymbolQuery();
        for (String name : names) {
            byte[] table = ("\0" + name + "\0").getBytes(StandardCharsets.UTF_8);
            query.add(table, 1);
        }
        return query;
    }

    private static long value(SymbolQuery query, int number) {
        return query.answer(number).orElseThrow().value().value();
    }

    @Test
    void aMapAnswersWhatItHasAndLeavesTheRestOpen() {
        SymbolMap map = KernelSymbols.systemMap("8000 T printk\n8010 t local\n8020 A fixed\n");
        SymbolQuery query = of("printk", "print", "fixed", "printk_", "local", "printk");
        map.answer(query);

        assertEquals(0x8000, value(query, 0));
        assertTrue(query.isOpen(1));
        assertEquals(0x8020, value(query, 2));
        assertEquals(Optional.empty(), query.answer(3));
        assertEquals(map.find("local"), query.answer(4));
        assertEquals(map.find("printk"), query.answer(5));
        assertEquals(6, query.count());
        assertEquals("printk_", query.name(3));
    }

    @Test
    void ofTwoSourcesTheFirstAnswers() {
        KernelSymbols both = KernelSymbols.of(Map.of("a", Address.of(1), "b", Address.of(2)))
                .or(KernelSymbols.of(Map.of("b", Address.of(20), "c", Address.of(30))))
                .or(KernelSymbols.synthetic());
        SymbolQuery query = of("c", "b", "a", "d");
        query.ask(both);

        assertEquals(30, value(query, 0));
        assertEquals(2, value(query, 1));
        assertEquals(1, value(query, 2));
        assertTrue(query.isOpen(3));
    }

    @Test
    void aSourceThatIsALambdaIsAskedForEachOpenName() {
        KernelSymbols lambda = name ->
                name.startsWith("x") ? Optional.of(KernelSymbol.of(name, Address.of(name.length()))) : Optional.empty();
        SymbolQuery query = of("xyz", "abc", "x");
        query.answer(2, KernelSymbol.of("x", Address.of(77)));
        query.ask(lambda.slid(0x100));

        assertEquals(0x103, value(query, 0));
        assertTrue(query.isOpen(1));
        assertEquals(77, value(query, 2), "another source's answer does not move");
    }

    @Test
    void aSourceForManyNamesIsAskedOnceAndNotIfNoneIsOpen() {
        List<Integer> asked = new ArrayList<>();
        BulkSymbols bulk = new BulkSymbols() {
            @Override
            public Optional<KernelSymbol> find(String name) {
                throw new AssertionError("asked for " + name + " alone");
            }

            @Override
            public void answer(SymbolQuery query) {
                asked.add(query.count());
            }
        };
        KernelSymbols both = KernelSymbols.of(Map.of("a", Address.of(1))).or(bulk);
        of("a").ask(both);
        of().ask(both);
        assertEquals(List.of(), asked);

        of("a", "b", "c").ask(both);
        assertEquals(List.of(3), asked);
    }

    @Test
    void aListOfExportsAddsToTheAnswers() {
        KernelSymbols symbols = KernelSymbols.of(Map.of("printk", Address.of(0x8000)))
                .withVersions(KernelSymbols.moduleSymvers("0x1234\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"));
        SymbolQuery query = of("printk", "kfree");
        query.ask(symbols);

        assertEquals(0x1234, query.answer(0).orElseThrow().crc().orElseThrow());
        assertFalse(query.answer(1).isPresent());
    }

    /** Among so many names some have equal hashes of 32 bits. */
    @Test
    void everyOneOfManyNamesIsFound() {
        Map<String, Address> values = new HashMap<>();
        SymbolQuery query = new SymbolQuery();
        int count = 250_000;
        for (int i = 0; i < count; i++) {
            values.put("symbol_" + i, Address.of(i));
            byte[] name = ("symbol_" + i + "\0").getBytes(StandardCharsets.UTF_8);
            query.add(name, 0);
            byte[] other = ("other_" + i + "\0").getBytes(StandardCharsets.UTF_8);
            query.add(other, 0);
        }
        SymbolMap map = KernelSymbols.of(values);
        map.answer(query);

        for (int i = 0; i < count; i++) {
            assertEquals(i, value(query, 2 * i));
            assertTrue(query.isOpen(2 * i + 1));
        }
    }

    @Test
    void anEmptyMapAnswersNothing() {
        SymbolQuery query = of("", "a");
        query.ask(KernelSymbols.of(Map.of()));

        assertTrue(query.isOpen(0));
        assertTrue(query.isOpen(1));
    }

    @Test
    void aNameIsAnsweredOnce() {
        SymbolQuery query = of("a");
        query.answer(0, KernelSymbol.of("a", Address.of(1)));

        assertThrows(IllegalStateException.class, () -> query.answer(0, KernelSymbol.of("a", Address.of(2))));
        assertThrows(IndexOutOfBoundsException.class, () -> query.name(1));
        assertThrows(IndexOutOfBoundsException.class, () -> query.add(new byte[3], 4));
    }
}
