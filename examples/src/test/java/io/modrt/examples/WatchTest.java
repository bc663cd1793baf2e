package io.modrt.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.kernel.KernelSymbols;
import io.modrt.testkit.BundledModules;
import io.modrt.tree.ModuleTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conversation with a monitor that answers as QEMU's does. */
class WatchTest {
    @TempDir
    Path folder;

    @Test
    void theMachineStandsStillWhileItsMemoryIsSaved() throws Exception {
        Files.write(folder.resolve("greeter.ko"), BundledModules.file("mips-o32-le-r2/greeter.ko"));
        Path socket = folder.resolve("monitor");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<List<String>> heard = CompletableFuture.supplyAsync(() -> converse(server));
            Watch watch = new Watch(
                    socket,
                    ModuleTree.open(folder),
                    KernelSymbols.systemMap("80100400 T _stext\n"),
                    Address.of(0),
                    1 << 20);
            FormatException empty = assertThrows(FormatException.class, watch::look);
            assertTrue(empty.getMessage().contains("no page tables"), empty.getMessage());
            List<String> commands = heard.get();
            assertEquals("stop", commands.get(0));
            assertTrue(commands.get(1).startsWith("pmemsave 0x0 1048576 \""), commands.get(1));
            assertEquals("cont", commands.get(2));
        }
    }

    /** Answers three commands; saves a machine without anything in its memory. */
    private static List<String> converse(ServerSocketChannel server) {
        List<String> commands = new ArrayList<>();
        try (SocketChannel channel = server.accept()) {
            channel.write(ByteBuffer.wrap("QEMU 10.0.2 monitor\n(qemu) ".getBytes(StandardCharsets.UTF_8)));
            ByteBuffer buffer = ByteBuffer.allocate(1024);
            while (commands.size() < 3 && channel.read(buffer.clear()) > 0) {
                String command =
                        StandardCharsets.UTF_8.decode(buffer.flip()).toString().strip();
                commands.add(command);
                if (command.startsWith("pmemsave")) {
                    Files.write(Path.of(command.split("\"")[1]), new byte[1 << 20]);
                }
                channel.write(ByteBuffer.wrap("(qemu) ".getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return commands;
    }
}
