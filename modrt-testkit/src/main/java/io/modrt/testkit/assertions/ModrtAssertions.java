package io.modrt.testkit.assertions;

import io.modrt.ModuleRuntime;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.KernelModuleBuilder;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Where assertions begin; to be imported statically. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModrtAssertions {
    private ModrtAssertions() {}

    /** Asserts something of a loaded module, as it is in memory now. */
    public static ModuleAssert assertThat(LiveModule module) {
        return new ModuleAssert(ModuleView.of(module));
    }

    /** Asserts something of a module's bytes as loading makes them: not in memory yet, or {@link LiveModule#asLoaded()}. */
    public static ModuleAssert assertThat(LinkedModule module) {
        return new ModuleAssert(ModuleView.of(module));
    }

    /** Asserts something of a runtime. */
    public static RuntimeAssert assertThat(ModuleRuntime runtime) {
        return new RuntimeAssert(runtime);
    }

    /** Asserts something of a kernel for tests. */
    public static KernelAssert assertThat(FakeKernel kernel) {
        return new KernelAssert(kernel);
    }

    /** Asserts how a load of this file ends: on a kernel that exports nothing, unless {@link LoadAssert#on} names another. */
    public static LoadAssert assertThatLoading(byte[] file) {
        return new LoadAssert(policy -> ModuleFile.open(file, policy));
    }

    /** As {@link #assertThatLoading(byte[])}, of a file that may be compressed. */
    public static LoadAssert assertThatLoading(Path file) {
        return new LoadAssert(policy -> ModuleFile.open(file, policy));
    }

    /** As {@link #assertThatLoading(byte[])}, of a file that was opened before. */
    public static LoadAssert assertThatLoading(ModuleFile file) {
        return new LoadAssert(policy -> file);
    }

    /** As {@link #assertThatLoading(byte[])}, of a module that is built now. */
    public static LoadAssert assertThatLoading(KernelModuleBuilder module) {
        return assertThatLoading(module.build());
    }

    /** Asserts how a call that loads or unloads ends, for example {@code () -> runtime.load("xfs")}. */
    public static LoadAssert assertThatCall(Runnable call) {
        return new LoadAssert(call);
    }
}
