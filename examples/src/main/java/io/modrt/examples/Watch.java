package io.modrt.examples;

import io.modrt.address.Address;
import io.modrt.image.Finding;
import io.modrt.image.ImageFile;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.SymbolMap;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Watches a machine that QEMU emulates: again and again, has its memory saved by QEMU's monitor ({@code -monitor
 * unix:SOCKET,server,nowait}), verifies all modules, and tells what is new.
 */
public final class Watch {
    private static final String PROMPT = "(qemu) ";

    private final Path monitor;
    private final ModuleTree tree;
    private final SymbolMap symbols;
    private final Address base;
    private final long sizeBytes;

    /**
     * Watches the machine behind a monitor.
     *
     * @param base where its memory begins: 0 on most machines
     * @param sizeBytes how much it has
     */
    Watch(Path monitor, ModuleTree tree, SymbolMap symbols, Address base, long sizeBytes) {
        this.monitor = monitor;
        this.tree = tree;
        this.symbols = symbols;
        this.base = base;
        this.sizeBytes = sizeBytes;
    }

    /** Takes the monitor's socket, the folder with the modules, the symbols, and the start (hexadecimal) and the megabytes of memory. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Watch watch = new Watch(
                Path.of(arguments[0]),
                ModuleTree.open(Path.of(arguments[1])),
                KernelSymbols.kallsyms(Path.of(arguments[2])),
                Address.parse(arguments[3]),
                Long.parseLong(arguments[4]) << 20);
        Set<Finding> known = new HashSet<>();
        while (true) {
            watch.look().stream().filter(known::add).forEach(System.out::println);
            Thread.sleep(10_000);
        }
    }

    /** Everything that is wrong at this moment. */
    Set<Finding> look() throws IOException {
        Path saved = Files.createTempFile("memory", ".raw");
        try {
            save(saved);
            try (ImageFile memory = ImageFile.flat(saved, base, ImageFile.Addressing.PHYSICAL)) {
                Set<Finding> findings = new HashSet<>();
                MemoryImage.builder()
                        .memory(memory)
                        .tree(tree)
                        .symbols(symbols)
                        .build()
                        .verify()
                        .findings()
                        .filter(Finding::isAlarm)
                        .forEach(findings::add);
                return findings;
            }
        } finally {
            Files.deleteIfExists(saved);
        }
    }

    /** Stops the machine for as long as it takes to write its memory to a file. */
    private void save(Path file) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(monitor));
            answer(channel);
            for (String command : new String[] {
                "stop", "pmemsave 0x" + Long.toHexString(base.value()) + " " + sizeBytes + " \"" + file + "\"", "cont"
            }) {
                channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
                answer(channel);
            }
        }
    }

    /** Reads up to the next prompt. */
    private static void answer(SocketChannel channel) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (!text.toString().endsWith(PROMPT)) {
            if (channel.read(buffer.clear()) < 0) {
                throw new IOException("the monitor said " + text + ", and no more");
            }
            text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        }
    }
}
