package kerneltool;

import static io.modrt.testkit.BundledModules.file;
import static io.modrt.testkit.assertions.ModrtAssertions.assertThat;

import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.FileTrees;
import org.junit.jupiter.api.Test;

class TreeTest {
    @Test
    void aModuleBringsWhatItNeeds() {
        try (FileTrees tree = FileTrees.of("6.1.0-modrt")) { // a file system in memory, of jimfs
            tree.module("kernel/greeter.ko", file("aarch64-le/greeter.ko"));
            tree.module("kernel/visitor.ko", file("aarch64-le/visitor.ko"));
            FakeKernel kernel = FakeKernel.builder().madeUpSymbols().tree(tree).build();
            kernel.runtime().load("visitor");
            assertThat(kernel).hasModules("visitor", "greeter");
        }
    }
}
