package io.modrt.benchmarks;

import io.modrt.ModuleRuntime;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.mips.MipsArch;
import java.nio.file.Path;

/**
 * A program that loads one module of an n64 kernel, whose external symbols are made up, and prints a line about it. It names the architecture,
 * so that nothing looks through the jars for one.
 */
final class ColdLoad {
    private ColdLoad() {}

    /** Loads the module whose path is the argument. */
    public static void main(String[] arguments) {
        ModuleRuntime runtime = ModuleRuntime.builder()
                .arch(new MipsArch.N64())
                .kernelSymbols(KernelSymbols.synthetic())
                .build();
        LiveModule live = runtime.load(Path.of(arguments[0]));
        System.out.println(live.name() + " at "
                + live.address(".text").map(Object::toString).orElse("?"));
    }
}
