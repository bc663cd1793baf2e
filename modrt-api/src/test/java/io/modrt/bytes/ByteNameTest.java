package io.modrt.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteNameTest {
    private static ByteName inTable(byte[] table, int start, int length) {
        return new ByteName().moveTo(table, start, length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "printk", "kfree_s8", "register_", "a_symbol_of_more_than_sixteen_characters", "größe"})
    void aNameIsTheSameWhereverItStands(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] table = ("\0x" + text + "\0behind").getBytes(StandardCharsets.UTF_8);
        ByteName name = inTable(table, 2, utf8.length);

        assertEquals(ByteName.of(text), name);
        assertEquals(ByteName.of(text).hashCode(), name.hashCode());
        assertEquals(name, inTable(utf8, 0, utf8.length), "the array ends with the name");
        assertEquals(name.hashCode(), inTable(utf8, 0, utf8.length).hashCode());
        assertEquals(text, name.text());
        assertEquals(text, name.toString());
        assertEquals(utf8.length, name.length());
    }

    @Test
    void otherNamesAreOthers() {
        assertNotEquals(ByteName.of("kfree"), ByteName.of("kfree_"));
        assertNotEquals(ByteName.of("kfree"), ByteName.of("vfree"));
        assertNotEquals(ByteName.of("kfree\0"), ByteName.of("kfree"));
        assertNotEquals(ByteName.of("kfree"), (Object) "kfree");
    }

    @Test
    void bytesThatAreNotUtf8AreReadAsTheirText() {
        byte[] broken = {'a', (byte) 0xff, 'b'};

        assertEquals(ByteName.of("a\ufffdb"), inTable(broken, 0, 3));
        assertEquals(inTable(new byte[] {'a', (byte) 0x80, 'b'}, 0, 3), inTable(broken, 0, 3));
    }

    @Test
    void aNameMovesAlongItsTable() {
        byte[] table = "\0one\0three".getBytes(StandardCharsets.UTF_8);
        ByteName name = inTable(table, 1, 3);
        assertEquals("one", name.text());

        assertEquals("three", name.moveTo(table, 5, 5).text());
        assertEquals(ByteName.of("three"), name);
    }
}
