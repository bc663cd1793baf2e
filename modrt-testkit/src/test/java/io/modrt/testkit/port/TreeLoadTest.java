package io.modrt.testkit.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.sample.SampleArch;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TreeLoadTest {
    private static final int CALL26 = 283;
    private static final int UNKNOWN = 999;

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final Path folder = files.getPath("/modules");

    @BeforeEach
    void twoModules() throws IOException {
        Files.createDirectories(folder.resolve("deep"));
        write("deep/user.ko", module("user").relocation(".text", 0, CALL26, "greet"));
        write("exporter.ko", module("exporter").function("greet", ".text", 0).exports("greet"));
    }

    @AfterEach
    void closeFiles() throws IOException {
        files.close();
    }

    private static KernelModuleBuilder module(String name) {
        return KernelModuleBuilder.of(ElfTarget.AARCH64_LE, name).text(0x9400_0000, 0xd65f_03c0);
    }

    private void write(String path, KernelModuleBuilder module) throws IOException {
        Files.write(folder.resolve(path), module.build());
    }

    @Test
    void modulesAreLoadedBehindThoseThatTheyNeed() throws IOException {
        TreeLoad load = TreeLoad.of(new SampleArch(), folder);
        assertEquals(Map.of(), load.failures());
        assertEquals(2, load.modules());
        assertEquals(2, load.loaded());
        assertEquals(1L, load.relocations().get("R_AARCH64_CALL26"));
        assertTrue(load.toString().startsWith("2 of 2 modules loaded, "), load.toString());
    }

    @Test
    void failuresAreSortedByKind() throws IOException {
        write("odd.ko", module("odd").relocation(".text", 0, UNKNOWN, "far"));
        write("odder.ko", module("odder").relocation(".text", 4, UNKNOWN, "far"));
        Files.writeString(folder.resolve("text.ko"), "no module");
        TreeLoad load = TreeLoad.of(new SampleArch(), KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC), folder);
        assertEquals(5, load.modules());
        assertEquals(2, load.loaded());
        assertEquals(
                List.of("FormatException ENOEXEC", "RelocationException ENOEXEC type 999"),
                List.copyOf(load.failures().keySet()));
        assertEquals(
                List.of(
                        "odd.ko: odd: .text+0x0: type 999 against far+0x0: unknown relocation type 999",
                        "odder.ko: odder: .text+0x4: type 999 against far+0x0: unknown relocation type 999"),
                load.failures().get("RelocationException ENOEXEC type 999"));
        assertTrue(
                load.toString().contains("2 failed with RelocationException ENOEXEC type 999, the first: odd.ko: "),
                load.toString());
    }

    @Test
    void aFullModuleAreaIsFollowedByANewKernel() throws IOException {
        for (int i = 0; i < 9; i++) {
            KernelModuleBuilder large = module("large" + i).relocation(".text", 0, CALL26, "greet");
            large.elf().zeroed(".bss", 15L << 20);
            write("large" + i + ".ko", large);
        }
        TreeLoad load = TreeLoad.of(new SampleArch(), folder);
        assertEquals(Map.of(), load.failures());
        assertEquals(11, load.loaded());
        assertTrue(load.toString().contains("kernels filled: 2"), load.toString());
    }

    @Test
    void anEmptyFolderHasNoModules() throws IOException {
        Path empty = Files.createDirectory(files.getPath("/empty"));
        TreeLoad load = TreeLoad.of(new SampleArch(), empty);
        assertEquals(0, load.modules());
        assertEquals(0, load.loaded());
    }
}
