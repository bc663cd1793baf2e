package io.modrt.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveKernelTest {
    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final Path cache = files.getPath("/home/.cache");

    @Test
    void aTagWithARandomBaseIsTheSameKernel() throws IOException {
        Path kernel = cache.resolve("modrt/debian/arm64-6.12");
        Path modules = Files.createDirectories(kernel.resolve("lib/modules/6.12.117+deb12-arm64"));
        Path config = kernel.resolve("boot/config-6.12.117+deb12-arm64");

        assertEquals(Optional.of(new LiveKernel("arm64-6.12", modules, config)), LiveKernel.find("arm64-6.12", cache));
        assertEquals(
                Optional.of(new LiveKernel("arm64-6.12-kaslr", modules, config)),
                LiveKernel.find("arm64-6.12-kaslr", cache));
        assertEquals(Optional.empty(), LiveKernel.find("arm64-kaslr", cache));
    }

    @Test
    void ofTwoVersionsTheNewerIsFoundAmongThoseThatWereBuilt() throws IOException {
        Path modules = cache.resolve("modrt/kernels/pa32/lib/modules");
        Files.createDirectories(modules.resolve("6.1.190"));
        Path newer = Files.createDirectories(modules.resolve("6.1.192"));

        assertEquals(Optional.of(newer), LiveKernel.find("pa32", cache).map(LiveKernel::tree));
    }
}
