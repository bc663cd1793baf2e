package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.testkit.ElfImageWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** qemu-user, for programs at addresses of Linux programs. The outcome is the exit status, which has 8 bits. */
final class UserMachine implements MipsMachine {
    private static final Address START = Address.of(0x2000_0000L);
    private static final Address STACK = Address.of(0x5000_0000L);
    private static final int STACK_BYTES = 0x1000;

    @Override
    public int run(MipsProgram program, Path folder) {
        Target target = program.target();
        List<Integer> start = program.calls(STACK.plus(STACK_BYTES / 2));
        start.addAll(List.of(
                0x0200_2025, //                                  or    $4,$16,$0
                target.is64Bit() ? 0x2402_13c2 : 0x2402_0fa1, // addiu $2,$0,5058 or 4001: exit
                0x0000_000c)); //                                syscall
        ElfImageWriter image = ElfImageWriter.of(target.elf())
                .code(START, start.stream().mapToInt(Integer::intValue).toArray())
                .segment(STACK, new byte[STACK_BYTES])
                .entry(START);
        program.write(image, UnaryOperator.identity());
        Path executable = folder.resolve("program");
        try {
            Files.write(executable, image.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!executable.toFile().setExecutable(true)) {
            throw new IllegalStateException(executable + " cannot be made executable");
        }
        return Tool.run(folder, List.of(target.qemu(), "-cpu", target.cpu(), executable.toString()))
                .status();
    }
}
