package io.modrt.conformance.unicorn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A live kernel that waits with modules inserted. A function is called in place of the idle loop, on its stack, and everything is put back
 * afterwards.
 */
final class LiveMachine implements Machine, AutoCloseable {
    private static final int SCRATCH_BYTES = 1024;
    private static final int FRAME_BYTES = 512;

    private final Cpu cpu;
    private final GdbStub gdb;
    private final Map<String, Long> symbols = new HashMap<>();
    private final String registers;
    private final long pc;
    private final long scratch;

    /**
     * @param socket that of QEMU's gdb stub
     * @param records what init has recorded until now, the symbols of modules among them
     */
    LiveMachine(Cpu cpu, Path socket, Path records) throws IOException {
        this.cpu = cpu;
        for (String line : Files.readString(records, java.nio.charset.StandardCharsets.ISO_8859_1)
                .lines()
                .toList()) {
            String[] words = line.split("\\s+");
            if (words.length == 5 && words[0].equals("SYM")) {
                symbols.put(words[4] + words[3], Long.parseUnsignedLong(words[1], 16));
            }
        }
        gdb = new GdbStub(socket);
        registers = gdb.registers();
        pc = gdb.register(cpu.gdbPc());
        scratch = gdb.register(cpu.stack()) - SCRATCH_BYTES & -16;
    }

    /** Where the machine stood when it was stopped. */
    long pc() {
        return pc;
    }

    @Override
    public long function(String module, String symbol) {
        Long address = symbols.get("[" + module + "]" + symbol);
        if (address == null) {
            throw new IllegalArgumentException("the kernel has no " + symbol + " of " + module);
        }
        return cpu.pointerBytes == 4 ? (int) (long) address : address;
    }

    @Override
    public long scratch(int sizeBytes) {
        if (sizeBytes > SCRATCH_BYTES) {
            throw new IllegalArgumentException(sizeBytes + " bytes are too many");
        }
        store(scratch, new byte[sizeBytes]);
        return scratch;
    }

    @Override
    public void store(long address, byte[] bytes) {
        try {
            gdb.write(address, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte[] load(long address, int sizeBytes) {
        try {
            return gdb.read(address, sizeBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long call(long address, long... arguments) {
        try {
            for (int i = 0; i < arguments.length; i++) {
                gdb.setRegister(cpu.argument(i), arguments[i], cpu.pointerBytes);
            }
            gdb.setRegister(cpu.stack(), scratch - FRAME_BYTES, cpu.pointerBytes);
            gdb.setRegister(cpu.link(), pc, cpu.pointerBytes);
            gdb.setRegister(cpu.gdbPc(), address, cpu.pointerBytes);
            gdb.runTo(pc);
            long result = gdb.register(cpu.result());
            gdb.setRegisters(registers);
            return cpu.wrap(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        gdb.close();
    }
}
