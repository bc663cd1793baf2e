package com.example.i386;

import io.modrt.address.Address;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.port.LinkerComparison;
import java.nio.file.Path;
import java.util.Map;

/** Prints what GNU ld makes of a module: once, by hand, where ld is installed. */
final class MakeWords {
    private MakeWords() {}

    public static void main(String[] args) {
        ModuleFile file = ModuleFile.open(Path.of(args[0]));
        System.out.println("module " + Path.of(args[0]).getFileName());
        LinkerComparison ld = LinkerComparison.with(new I386Arch(), "ld", "-m", "elf_i386")
                .symbols(KernelSymbols.of(Map.of("far", Address.of(0xc134_5678L))));
        System.out.print(ld.words("far", file));
    }
}
