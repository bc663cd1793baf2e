package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VendorListTest {
    private static final String ONE = "1".repeat(64);
    private static final String TWO = "2".repeat(64);
    private static final String COMMIT = "c".repeat(40);

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    private VendorList list(String... lines) throws IOException {
        Path file = files.getPath("/vendors.list");
        Files.write(file, List.of(lines));
        return VendorList.read(file);
    }

    @Test
    void aModuleIsOfTheVendorInTheHeadingBeforeIt() throws IOException {
        VendorList list = list(
                "# A comment.",
                "",
                "# Acme: routers, Linux 2.6.31",
                ONE + " someone/firmware " + COMMIT + " lib/modules/a.ko",
                "# Other: cameras",
                TWO + " someone/else " + COMMIT + " b.ko");
        assertEquals(Optional.of(new VendorList.Entry("Acme", "someone/firmware", "lib/modules/a.ko")), list.find(ONE));
        assertEquals(List.of(new VendorList.Entry("Other", "someone/else", "b.ko")), list.others(List.of(ONE)));
        assertTrue(list.find("3".repeat(64)).isEmpty());
    }

    @Test
    void aMalformedLineIsNamed() {
        IOException refused = assertThrows(IOException.class, () -> list(ONE + " someone/firmware a.ko"));
        assertEquals(
                "/vendors.list: not a SHA-256, a repository, a commit and a path: " + ONE + " someone/firmware a.ko",
                refused.getMessage());
    }
}
