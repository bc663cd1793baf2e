package io.modrt.testkit.junit;

import io.modrt.error.ModrtException;
import io.modrt.load.LiveModule;
import io.modrt.testkit.FakeKernel;
import java.util.ArrayList;
import java.util.List;

/** What a test has left in a kernel. */
final class Leavings {
    private Leavings() {}

    /** Unloads all modules, and lists them and the memory that is still reserved then. */
    static List<String> takenFrom(FakeKernel kernel) {
        List<String> left = new ArrayList<>();
        for (LiveModule module : kernel.runtime().modules()) {
            List<String> users = module.users().stream().map(LiveModule::name).toList();
            left.add("module " + module + (users.isEmpty() ? "" : ", used by " + String.join(", ", users)));
        }
        try {
            kernel.unloadAll();
        } catch (ModrtException refused) {
            left.add("unloading: " + refused.getMessage());
        }
        kernel.leakedMemory().forEach(range -> left.add("memory " + range));
        return left;
    }
}
