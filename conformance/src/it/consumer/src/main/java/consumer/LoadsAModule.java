package consumer;

import io.modrt.ModuleRuntime;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import java.nio.file.Path;
import java.util.List;

/** Loads a module for each of four machines, on the path that it was told it runs on. */
public final class LoadsAModule {
    private LoadsAModule() {}

    /**
     * Runs, and fails the build with an exception.
     *
     * @param arguments the path that this runs on, and the folder of modules
     */
    public static void main(String[] arguments) {
        String path = LoadsAModule.class.getModule().isNamed() ? "on the module path" : "on the class path";
        check(path.equals(arguments[0]), "runs " + path + ", not " + arguments[0]);
        for (String machine : List.of("mips-o32-le-r2", "mips-n64-be-r6", "parisc-32", "aarch64-le")) {
            try (ModuleRuntime kernel = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .build()) {
                LiveModule greeter = kernel.load(Path.of(arguments[1], machine, "greeter.ko"));
                check(greeter.name().equals("greeter"), "named " + greeter.name());
                check(!Ftrace.attach(kernel).sites(greeter).isEmpty(), "no call of the tracer was found");
                check(greeter.relocations().findAny().isPresent(), "nothing was relocated");
                System.out.println(machine + " " + path + ": greet is at "
                        + greeter.symbol("greet").orElseThrow().address());
            }
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
