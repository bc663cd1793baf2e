package io.modrt.spi;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * All bytes of a module between relocation and commit, by address or by section. {@code codeAt} uses the byte order of instructions,
 * {@code wordAt} and {@code pointerAt} that of data. An address outside the module raises {@link io.modrt.error.FormatException}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModuleImage extends CodeImage {

    /** The addresses of its sections and regions. */
    PlacedSections placed();

    /** The first loaded section of this name. */
    Optional<SectionImage> section(String name);

    /** All loaded sections of this name, by index. */
    List<SectionImage> sections(String name);

    /** The byte order of instructions. */
    ByteOrder codeOrder();

    /** Stores {@code bytes} from {@code address} on, all in one region. */
    void putBytesAt(long address, byte[] bytes);

    /** Copies {@code sizeBytes} bytes within a region from {@code from} to {@code to}; the two may overlap. */
    void move(long from, int sizeBytes, long to);

    /** Stores a byte at {@code address}. */
    void putByteAt(long address, byte value);

    /** The target's {@code long} at {@code address}, zero-extended. */
    long pointerAt(long address);

    /** Stores a {@code long} of the target at {@code address}. */
    void putPointerAt(long address, long value);
}
