package io.modrt.conformance.fuzz;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.image.ImageFile;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.testkit.BundledModules;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Memory images whose bytes are those of an input. */
final class ImageRuns {
    private static final Address BASE = Address.of(0x8010_0000L);
    private static final int MOST_READ = 64;

    private ImageRuns() {}

    /** A file, opened by its first bytes, of whose ranges the first bytes are read. */
    static void file(byte[] input) throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path path = Files.write(files.getPath("/image"), input);
            try (ImageFile image = ImageFile.open(path)) {
                Said.of(image, image.sizeBytes());
                byte[] bytes = new byte[MOST_READ];
                for (AddressRange range :
                        image.ranges().stream().limit(MOST_READ).toList()) {
                    image.read(range.start(), bytes, 0, (int) Math.min(MOST_READ, range.sizeBytes()));
                }
            }
        }
    }

    /** The memory of a kernel from {@link #BASE} on, whose list of modules begins in it. */
    static void kernel(byte[] input) throws IOException {
        try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
            Path folder = Files.createDirectories(files.getPath("/lib/modules/6.1.0"));
            Files.write(folder.resolve("greeter.ko"), BundledModules.file("mips-o32-be-r2/greeter.ko"));
            Path path = Files.write(files.getPath("/image"), input);
            try (ImageFile image = ImageFile.flat(path, BASE, ImageFile.Addressing.VIRTUAL)) {
                MemoryImage opened = MemoryImage.builder()
                        .memory(image)
                        .symbols(KernelSymbols.of(Map.of("modules", BASE.plus(16), "init_task", BASE.plus(64))))
                        .tree(ModuleTree.open(folder))
                        .profile(KernelProfile.ofVermagic("6.1.0 SMP mod_unload MIPS32_R2 32BIT "))
                        .build();
                Said.of(opened.modules());
                Said.of(opened.evidence(), opened.verify());
            }
        }
    }

    /** Files to begin with: a core without segments, LiME's header, a list of modules that is empty. */
    static List<byte[]> files() {
        byte[] lime = new byte[96];
        System.arraycopy(new byte[] {0x45, 0x4d, 0x69, 0x4c, 1, 0, 0, 0}, 0, lime, 0, 8);
        lime[16] = 63;
        byte[] core = BundledModules.file("aarch64-le/greeter.ko");
        core[16] = 4;
        return List.of(lime, core);
    }
}
