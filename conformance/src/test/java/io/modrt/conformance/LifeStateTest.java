package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The records of a kernel that inserted and removed modules. */
class LifeStateTest {
    private static final List<String> RECORDS = List.of(
            "LOG <6>[    0.500000] before all",
            "INS fat 0",
            "LOG <4>[    1.894514] fat: unknown parameter 'no_such_parameter' ignored",
            "PROC fat 65536 0 - Live 0xc0000000",
            "FILE fat/refcnt 0\\x0a",
            "FILE fat/sections/.text 0xc0000000\\x0a",
            "TAINTED 512",
            "STATE 1",
            "REMOVE fat 11 EAGAIN",
            "PROC fat 65536 1 vfat, Live 0xc0000000",
            "FILE fat/refcnt 1\\x0a",
            "GONE fat/sections/.text",
            "TAINTED 512",
            "SYMBOL c0000000 t fat_get\t[fat]",
            "STATE 2");

    @Test
    void eachStateHasItsAnswerItsLogAndAllFiles() {
        List<LifeState> states = LifeState.of(RECORDS);
        assertEquals(2, states.size());
        LifeState first = states.get(0);
        assertEquals(0, first.errno());
        assertEquals(List.of("fat: unknown parameter 'no_such_parameter' ignored"), first.log());
        assertEquals("fat 65536 0 - Live 0xc0000000\n", first.modules());
        assertEquals(Map.of("refcnt", "0\n", "sections/.text", "0xc0000000\n"), first.filesOf("fat"));
        assertEquals("0xc0000000", first.base("fat"));
        assertEquals(512, first.tainted());
        assertTrue(first.symbols().isEmpty());
    }

    @Test
    void whatDidNotChangeStays() {
        LifeState second = LifeState.of(RECORDS).get(1);
        assertEquals(11, second.errno());
        assertEquals(List.of(), second.log());
        assertEquals(Map.of("refcnt", "1\n"), second.filesOf("fat"));
        assertEquals("c0000000 t fat_get\t[fat]\n", second.symbols());
        assertEquals("", second.base("vfat"));
    }
}
