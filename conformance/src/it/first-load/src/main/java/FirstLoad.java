import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import java.nio.file.Path;

public class FirstLoad {
    public static void main(String[] files) {
        try (ModuleRuntime kernel = ModuleRuntime.builder().kernelSymbols(KernelSymbols.synthetic()).build()) {
            LiveModule module = kernel.load(Path.of(files[0]));
            byte[] code = new byte[16];
            kernel.memory().read(module.address(".text").orElseThrow(), code, 0, code.length);
            System.out.println(module + ": " + module.placed().plan().regions());
            module.relocations().limit(3).forEach(System.out::println);
        }
    }
}
