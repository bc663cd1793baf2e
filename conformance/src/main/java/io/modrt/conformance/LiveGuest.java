package io.modrt.conformance;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A 64-bit PA-RISC kernel in QEMU that runs code for us, by the module and init in {@code live/callout}. */
final class LiveGuest implements AutoCloseable {
    private static final int CONNECT_TRIES = 100;
    private static final int PAUSE_MILLIS = 100;
    private static final int LONGEST_LINE = 200;
    private static final int GOODBYE_SECONDS = 20;

    /**
     * The guest's memory for code and data, and two routines that report their numbers.
     *
     * @param base the address of the memory
     * @param sizeBytes its size
     * @param routineA the entry of routine 101
     * @param routineB the entry of routine 102
     */
    record Area(long base, int sizeBytes, long routineA, long routineB) {

        /** The first address behind it. */
        long end() {
            return base + sizeBytes;
        }
    }

    /**
     * The outcome of a call.
     *
     * @param routine the number of the routine that was reached
     * @param dp the data pointer in {@code %r27} when it was reached
     * @param changed a bit for each argument register that changed
     */
    record Outcome(int routine, long dp, long changed) {}

    private final Process qemu;
    private final Thread watch;
    private final SocketChannel line;
    private final InputStream from;
    private final OutputStream to;
    private final Area area;

    /** Boots the kernel, with its console's log in {@code log}; it is killed after {@code limitSeconds}. */
    LiveGuest(Path kernel, Path initramfs, Path folder, Path log, int limitSeconds) throws IOException {
        Path socket = folder.resolve("line");
        qemu = new ProcessBuilder(List.of(
                        "qemu-system-hppa",
                        "-M",
                        "C3700",
                        "-m",
                        "3000",
                        "-nic",
                        "none",
                        "-vga",
                        "none",
                        "-display",
                        "none",
                        "-monitor",
                        "none",
                        "-no-reboot",
                        "-serial",
                        "file:" + log,
                        "-serial",
                        "unix:" + socket + ",server=on,wait=on",
                        "-kernel",
                        kernel.toString(),
                        "-initrd",
                        initramfs.toString(),
                        "-append",
                        "console=ttyS0 nokaslr panic=5"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("qemu.log").toFile())
                .start();
        watch = new Thread(() -> endAfter(limitSeconds), "limit");
        watch.setDaemon(true);
        watch.start();
        try {
            line = connect(socket);
            from = new BufferedInputStream(Channels.newInputStream(line));
            to = new BufferedOutputStream(Channels.newOutputStream(line));
            String[] words = answer("AREA");
            area = new Area(hex(words[1]), Math.toIntExact(hex(words[2])), hex(words[3]), hex(words[4]));
        } catch (IOException | RuntimeException e) {
            qemu.destroyForcibly();
            throw e;
        }
    }

    private void endAfter(int limitSeconds) {
        try {
            if (!qemu.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                qemu.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SocketChannel connect(Path socket) throws IOException {
        for (int i = 0; i < CONNECT_TRIES && qemu.isAlive(); i++) {
            if (Files.exists(socket)) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            }
            sleep();
        }
        throw new IOException("QEMU does not answer at " + socket);
    }

    private static void sleep() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The guest's memory and routines. */
    Area area() {
        return area;
    }

    /** Writes {@code bytes} at {@code address}. */
    void poke(long address, byte[] bytes) throws IOException {
        say("POKE %d %d", address - area.base(), bytes.length);
        to.write(bytes);
    }

    /** Calls each of {@code addresses} with {@code dp} in {@code %r27}. */
    List<Outcome> call(List<Long> addresses, long dp) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        for (long address : addresses) {
            say("CALL %x %x", address, dp);
            to.flush();
            String[] words = answer("SAW");
            outcomes.add(new Outcome(Integer.parseInt(words[1]), hex(words[2]), hex(words[3])));
        }
        return outcomes;
    }

    private void say(String format, Object... values) throws IOException {
        to.write(String.format(Locale.ROOT, format + "\n", values).getBytes(StandardCharsets.US_ASCII));
    }

    private String[] answer(String kind) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = from.read(); c != '\n'; c = from.read()) {
            if (c < 0 || text.length() == LONGEST_LINE) {
                throw new IOException("the guest ended after \"" + text + "\" where it should have said " + kind);
            }
            text.append((char) c);
        }
        String[] words = text.toString().strip().split(" ");
        if (!words[0].equals(kind)) {
            throw new IOException("the guest says \"" + text + "\", not " + kind);
        }
        return words;
    }

    private static long hex(String word) {
        return Long.parseUnsignedLong(word, 16);
    }

    /** Switches the machine off. */
    @Override
    public void close() throws IOException {
        try {
            say("END");
            to.flush();
            qemu.waitFor(GOODBYE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            line.close();
            qemu.destroyForcibly();
            watch.interrupt();
        }
    }
}
