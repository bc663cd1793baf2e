package io.modrt.conformance.unicorn;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** QEMU's gdb stub: gdb's remote serial protocol, as far as calls of functions need it. */
final class GdbStub implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();
    private static final int CHUNK_BYTES = 512;

    private final SocketChannel channel;
    private final InputStream from;
    private final OutputStream to;

    GdbStub(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        from = new BufferedInputStream(Channels.newInputStream(channel));
        to = Channels.newOutputStream(channel);
        ask("?"); // the machine stands still as soon as somebody connects
    }

    private void send(String packet) throws IOException {
        int sum = 0;
        for (byte each : packet.getBytes(StandardCharsets.US_ASCII)) {
            sum += each;
        }
        to.write(("$" + packet + "#" + HEX.toHexDigits((byte) sum)).getBytes(StandardCharsets.US_ASCII));
        to.flush();
    }

    private String answer() throws IOException {
        StringBuilder text = new StringBuilder();
        boolean isInside = false;
        while (true) {
            int c = from.read();
            if (c < 0) {
                throw new EOFException("QEMU has closed its gdb stub");
            }
            if (c == '$') {
                isInside = true;
            } else if (c == '#' && isInside) {
                from.readNBytes(2);
                to.write('+');
                to.flush();
                return text.toString();
            } else if (isInside) {
                text.append((char) c);
            }
        }
    }

    private String ask(String packet) throws IOException {
        send(packet);
        String answer = answer();
        if (answer.isEmpty() || answer.startsWith("E")) {
            throw new IOException("the gdb stub answers " + packet + " with \"" + answer + "\"");
        }
        return answer;
    }

    /** The contents of all registers, for {@link #setRegisters}. */
    String registers() throws IOException {
        return ask("g");
    }

    void setRegisters(String all) throws IOException {
        ask("G" + all);
    }

    long register(int number) throws IOException {
        byte[] bytes = HEX.parseHex(ask("p" + Integer.toHexString(number)));
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xff;
        }
        return value;
    }

    void setRegister(int number, long value, int sizeBytes) throws IOException {
        byte[] bytes = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = (byte) (value >>> i * Byte.SIZE);
        }
        ask("P" + Integer.toHexString(number) + "=" + HEX.formatHex(bytes));
    }

    byte[] read(long address, int sizeBytes) throws IOException {
        byte[] bytes = new byte[sizeBytes];
        for (int at = 0; at < sizeBytes; at += CHUNK_BYTES) {
            int count = Math.min(CHUNK_BYTES, sizeBytes - at);
            byte[] part = HEX.parseHex(ask("m" + Long.toHexString(address + at) + "," + Integer.toHexString(count)));
            System.arraycopy(part, 0, bytes, at, part.length);
        }
        return bytes;
    }

    void write(long address, byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += CHUNK_BYTES) {
            int count = Math.min(CHUNK_BYTES, bytes.length - at);
            ask("M" + Long.toHexString(address + at) + "," + Integer.toHexString(count) + ":"
                    + HEX.formatHex(bytes, at, at + count));
        }
    }

    /** Lets the machine go on until it reaches {@code address}. */
    void runTo(long address) throws IOException {
        String place = Long.toHexString(address) + ",4";
        ask("Z1," + place);
        ask("c");
        ask("z1," + place);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
