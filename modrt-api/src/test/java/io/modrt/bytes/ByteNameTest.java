package io.modrt.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteNameTest {
    private static ByteName inTable(byte[] table, int start) {
        return new ByteName().moveTo(table, start);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "printk",
                "kfree_s8",
                "register_",
                "seven_7",
                "eight__8",
                "nine____9",
                "a_symbol_of_more_than_sixteen_characters",
                "größe"
            })
    void aNameIsTheSameWhereverItStands(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] table = ("\0x" + text + "\0behind").getBytes(StandardCharsets.UTF_8);
        ByteName name = inTable(table, 2);

        assertEquals(ByteName.of(text), name);
        assertEquals(ByteName.of(text).hashCode(), name.hashCode());
        byte[] alone = Arrays.copyOf(utf8, utf8.length + 1);
        assertEquals(name, inTable(alone, 0), "the array ends with the name");
        assertEquals(name.hashCode(), inTable(alone, 0).hashCode());
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
        byte[] broken = {'a', (byte) 0xff, 'b', 0};

        assertEquals(ByteName.of("a\ufffdb"), inTable(broken, 0));
        assertEquals(inTable(new byte[] {'a', (byte) 0x80, 'b', 0}, 0), inTable(broken, 0));
    }

    @Test
    void aNameMovesAlongItsTable() {
        byte[] table = "\0one\0three\0".getBytes(StandardCharsets.UTF_8);
        ByteName name = inTable(table, 1);
        assertEquals("one", name.text());

        assertEquals("three", name.moveTo(table, 5).text());
        assertEquals(ByteName.of("three"), name);
    }
}
