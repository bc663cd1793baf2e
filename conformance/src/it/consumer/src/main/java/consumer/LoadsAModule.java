package consumer;

import io.modrt.spi.Arch;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the architectures on the path that it was told it runs on. */
public final class LoadsAModule {
    private LoadsAModule() {}

    /**
     * Runs, and fails the build with an exception.
     *
     * @param arguments the path that this runs on
     */
    public static void main(String[] arguments) {
        String path = LoadsAModule.class.getModule().isNamed() ? "on the module path" : "on the class path";
        if (!path.equals(arguments[0])) {
            throw new AssertionError("runs " + path + ", not " + arguments[0]);
        }
        List<String> names = ServiceLoader.load(Arch.class).stream()
                .map(provider -> provider.get().name())
                .toList();
        if (names.isEmpty()) {
            throw new AssertionError("no architecture found " + path);
        }
        System.out.println(path + ": " + names);
    }
}
