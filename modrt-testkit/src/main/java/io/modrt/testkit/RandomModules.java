package io.modrt.testkit;

import io.modrt.kernel.KernelProfile;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Well-formed modules that are drawn from a seed, for tests of properties: each loads on a kernel that makes up symbols, verifies clean and
 * unloads. One seed always gives one module. They have functions in several sections that call each other and the kernel, tables and pointers,
 * exports, exceptions and static branches.
 *
 * <pre>{@code
 * static Stream<RandomModule> modules() {
 *     return RandomModules.of(ElfTarget.MIPS_O32_BE).modules(100);
 * }
 *
 * @ParameterizedTest(name = "{0}")
 * @MethodSource("modules")
 * void myToolReadsEveryModule(RandomModule module) { ... } // a failure names the seed
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RandomModules {
    private final ElfTarget target;
    private final @Nullable KernelProfile profile;

    private RandomModules(ElfTarget target, @Nullable KernelProfile profile) {
        this.target = target;
        this.profile = profile;
    }

    /** Modules for {@code target} and the kernel of {@link KernelModuleBuilder#VERMAGIC}. */
    public static RandomModules of(ElfTarget target) {
        return new RandomModules(Objects.requireNonNull(target, "target"), null);
    }

    /**
     * Modules as the build of another kernel makes them: see {@link KernelModuleBuilder#forKernel(KernelProfile)}. For kernels before 5.3 they
     * have no exceptions and no static branches.
     */
    public RandomModules forKernel(KernelProfile kernel) {
        return new RandomModules(target, Objects.requireNonNull(kernel, "kernel"));
    }

    /** The module of a seed. */
    public RandomModule module(long seed) {
        KernelProfile kernel = profile;
        boolean hasTables = kernel == null || kernel.has(BuildChange.TABLES_AS_NOW);
        KernelModuleBuilder module = new ModuleDraw(target, seed).module(hasTables);
        return new RandomModule(target, seed, (kernel == null ? module : module.forKernel(kernel)).build());
    }

    /** The modules of the seeds from 0 on. */
    public Stream<RandomModule> modules(int count) {
        return LongStream.range(0, count).mapToObj(this::module);
    }
}
