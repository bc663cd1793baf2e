package io.modrt.examples;

import io.modrt.image.ImageFile;
import io.modrt.image.ImageResult;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelSymbols;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Is this machine clean? Takes an image of its memory (flat, an ELF core or LiME), the folder {@code /lib/modules/VERSION} of its kernel and
 * the text of its {@code /proc/kallsyms} or its {@code System.map}, and writes a page.
 *
 * <p>{@code mvn -q -pl examples -am compile exec:java -Dexec.mainClass=io.modrt.examples.CleanMachine -Dexec.args="IMAGE TREE KALLSYMS PAGE"}
 */
public final class CleanMachine {
    private CleanMachine() {}

    /** Takes the image, the folder with the modules, the symbols, and the page to write. The exit status is 1 if something is wrong. */
    public static void main(String[] arguments) throws IOException {
        try (ImageFile memory = ImageFile.open(Path.of(arguments[0]))) {
            ImageResult result = MemoryImage.builder()
                    .memory(memory)
                    .tree(ModuleTree.open(Path.of(arguments[1])))
                    .symbols(KernelSymbols.kallsyms(Path.of(arguments[2])))
                    .build()
                    .verify(System.err::println);
            Files.writeString(Path.of(arguments[3]), result.html());
            System.out.print(result.table());
            System.exit(result.isClean() ? 0 : 1);
        }
    }
}
