package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.error.FormatException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexFileTest {

    @Test
    void anIndexWithoutKeysIsItsHeader() {
        assertArrayEquals(HexFormat.of().parseHex("b007f457000200010000000c"), new IndexFile().bytes());
    }

    /** Prefixes are shared, children come before their parents, and values are sorted by priority. */
    @Test
    void nodesAreWrittenBehindTheirChildren() {
        IndexFile index = new IndexFile();
        index.add("ab", "late", 9);
        index.add("ab", "early", 1);
        index.add("abcx", "x", 2);
        index.add("abcz", "z", 3);

        String leaf = "00000001" + "00000002" + "7800"; // the value of abcx: one, priority 2, "x"
        String other = "00000001" + "00000003" + "7a00";
        String inner = "78" + "7a" + "4000000c" + "00000000" + "40000016"; // children x to z, of which y is missing
        String upper = "6200" + "6363" + "20000020" // prefix "b", one child c
                + "00000002" + "00000001" + "6561726c7900" + "00000009" + "6c61746500";
        String root = "6161" + "e000002e";
        assertEquals(
                "b007f457" + "00020001" + "2000004d" + leaf + other + inner + upper + root,
                HexFormat.of().formatHex(index.bytes()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"caf\u00e9", "a\0b"})
    void keysAreOfAscii(String key) {
        IndexFile index = new IndexFile();

        assertTrue(assertThrows(FormatException.class, () -> index.add(key, "", 0))
                .getMessage()
                .contains("7-bit ASCII"));
    }

    @Test
    void aKeyMayBeALongChainOfKeys() {
        IndexFile index = new IndexFile();
        for (int i = 1; i <= 3000; i++) {
            index.add("a".repeat(i), "", 0);
        }

        assertTrue(index.bytes().length > 3000 * 9);
    }

    /** The order of modules.symbols that depmod of kmod 30 writes: by bucket, then by name. */
    @Test
    void namesStandInTheOrderOfAHashTable() {
        List<String> order = List.of(
                "drm_dp_link_train_channel_eq_delay",
                "drm_need_swiotlb",
                "jbd2_journal_inode_ranged_write",
                "qmi_txn_wait",
                "__twofish_setkey",
                "mlx4_db_free",
                "nf_send_unreach");

        assertEquals(order, new HashOrder(2048).sorted(order.stream().sorted().toList()));
    }
}
