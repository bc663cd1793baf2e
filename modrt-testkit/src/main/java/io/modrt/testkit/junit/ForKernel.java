package io.modrt.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets a test have a {@link io.modrt.testkit.FakeKernel}, or its {@link io.modrt.ModuleRuntime}, as parameter. On a class it is for all of the
 * class's methods; on a method it stands instead of the class's; on a parameter it makes a kernel for that parameter alone. All other
 * parameters of a test, of its {@code @BeforeEach} and its {@code @AfterEach} methods get one kernel; each test has its own.
 *
 * <pre>{@code
 * @ForKernel("mips-o32")
 * class GreeterTest {
 *     @Test
 *     void loads(FakeKernel kernel) {
 *         LiveModule greeter = kernel.load(BundledModules.file("mips-o32-be-r2/greeter.ko"));
 *         greeter.unload(); // a test that leaves it loaded fails
 *     }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
@ExtendWith(FakeKernelExtension.class)
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public @interface ForKernel {

    /** The name of an architecture on the path, for example {@code mips-o32}; if empty, that of the first module that is loaded. */
    String value() default "";

    /** The vermagic of the kernel's modules, which tells its version and configuration; if empty, that of the first module. */
    String vermagic() default "";

    /** Further options of the configuration as a {@code config-*} file has them, for example {@code CONFIG_KALLSYMS=n}. */
    String[] config() default {};

    /** What the kernel exports, for example {@code printk=0x80100000}. */
    String[] exports() default {};

    /** Whether the kernel makes up an address for each symbol that a module imports and that nothing else exports. */
    boolean madeUpSymbols() default true;

    /** What happens if the test leaves modules or memory behind. They are taken away in any case. */
    Leftovers leftovers() default Leftovers.FAIL;

    /** What happens if a test leaves modules or memory behind. */
    enum Leftovers {
        /** The test fails, and the message lists them. A test that failed already keeps its own failure. */
        FAIL,
        /** The modules are unloaded, and nothing is said. */
        UNLOAD
    }
}
