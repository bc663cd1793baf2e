package kerneltool;

import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.testkit.BundledModules;
import io.modrt.testkit.FakeKernel;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

class ListenerTest {
    @Test
    void myToolIsToldOfEachModule() {
        ModuleListener tool = mock();
        FakeKernel kernel = FakeKernel.builder().madeUpSymbols().listener(tool).build();
        LiveModule greeter = kernel.load(BundledModules.file("parisc-64/greeter.ko"));
        greeter.unload();
        InOrder steps = inOrder(tool);
        steps.verify(tool).coming(greeter);
        steps.verify(tool).going(greeter);
    }
}
