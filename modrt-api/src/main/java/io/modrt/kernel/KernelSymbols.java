package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A source of a kernel's symbols. The sources made here are read once and never change afterwards, so any thread may use them.
 *
 * <p>A lambda can be a source too. {@link #or} combines sources, and the first that has a name answers, as in
 * {@code KernelSymbols.systemMap(map).slid(kaslr).or(KernelSymbols.synthetic())}.
 */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface KernelSymbols extends SymbolResolver {

    /** The kernel's symbol of this name; empty if this source has none. */
    @Override
    Optional<KernelSymbol> find(String name);

    /**
     * A made-up symbol for a name that neither the kernel nor a loaded module has; empty except for {@link #synthetic()} sources. It is asked
     * for after all others, so that a made-up symbol never hides one that a module exports.
     *
     * @param kernelArea addresses within reach of the modules that ask, for a source that has no area of its own
     */
    default Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea) {
        return Optional.empty();
    }

    /** This source, then {@code next} for names that this one does not have. */
    default KernelSymbols or(KernelSymbols next) {
        return new Merged(this, next);
    }

    /**
     * The same symbols moved by {@code byteDelta}, as in a kernel that was loaded at another address. Symbols that the source knows to be
     * absolute do not move, and neither do placeholders.
     */
    default KernelSymbols slid(long byteDelta) {
        return new Slid(this, byteDelta);
    }

    /** The same values, with CRC, namespace and licence rule from {@code exports} for each name in it. */
    default KernelSymbols withVersions(ModuleSymvers exports) {
        return new Versioned(this, exports);
    }

    /**
     * The symbols of a kernel's {@code System.map}. The kernel's build leaves out symbols whose names begin with {@code $}; {@link #vmlinux}
     * has them.
     *
     * @throws io.modrt.error.FormatException if it is not such a file, naming the line
     * @throws IOException if it cannot be read
     */
    static SymbolMap systemMap(Path map) throws IOException {
        return SymbolText.read(map);
    }

    /** As {@link #systemMap(Path)}, from a reader, which is read to its end and left open. */
    static SymbolMap systemMap(Reader map) throws IOException {
        return SymbolText.read("System.map", map);
    }

    /** As {@link #systemMap(Path)}, from the file's text. */
    static SymbolMap systemMap(String text) {
        return SymbolText.parse("System.map", text);
    }

    /**
     * The kernel's own symbols in the text of {@code /proc/kallsyms}. {@link SymbolMap#ownedBy} has the symbols of each module that was loaded.
     *
     * @throws io.modrt.error.FormatException if it is not such a text, naming the line, or if the kernel hid all addresses
     * @throws IOException if it cannot be read
     */
    static SymbolMap kallsyms(Path kallsyms) throws IOException {
        return SymbolText.read(kallsyms);
    }

    /** As {@link #kallsyms(Path)}, from a reader, which is read to its end and left open. */
    static SymbolMap kallsyms(Reader kallsyms) throws IOException {
        return SymbolText.read("kallsyms", kallsyms);
    }

    /** As {@link #kallsyms(Path)}, from the text itself. */
    static SymbolMap kallsyms(String text) {
        return SymbolText.parse("kallsyms", text);
    }

    /**
     * The exports that a kernel's {@code Module.symvers} lists. It has no values, so it adds to another source ({@link #withVersions}).
     *
     * @throws io.modrt.error.FormatException if it is not such a file, naming the line
     * @throws IOException if it cannot be read
     */
    static ModuleSymvers moduleSymvers(Path symvers) throws IOException {
        return ModuleSymvers.read(symvers);
    }

    /** As {@link #moduleSymvers(Path)}, from a reader, which is read to its end and left open. */
    static ModuleSymvers moduleSymvers(Reader symvers) throws IOException {
        return ModuleSymvers.read(symvers);
    }

    /** As {@link #moduleSymvers(Path)}, from the file's text. */
    static ModuleSymvers moduleSymvers(String text) {
        return ModuleSymvers.parse(text);
    }

    /**
     * The symbols of an unstripped {@code vmlinux}, at the addresses it was linked to. Exported symbols also have their CRC, namespace and
     * licence rule.
     *
     * @throws io.modrt.error.FormatException if it is not a linked kernel with a symbol table
     * @throws IOException if it cannot be read
     */
    static SymbolMap vmlinux(Path vmlinux) throws IOException {
        return Vmlinux.read(vmlinux.toString(), Files.readAllBytes(vmlinux));
    }

    /** As {@link #vmlinux(Path)}, from the file's bytes, which are only read. */
    static SymbolMap vmlinux(byte[] vmlinux) {
        return Vmlinux.read("vmlinux", vmlinux);
    }

    /**
     * The exports of a kernel since 5.4, from its memory, or from a file that holds its memory byte for byte. The table of records (value,
     * name and namespace) is found by the record of any one symbol whose value is known; whether its fields are pointers or 32-bit distances
     * from themselves shows in the bytes. GPL-only exports follow the others in a new order of names, and the CRCs follow both. If the names
     * are not in two orders, {@link KernelSymbol#gplOnly} is false for all; if not exactly one CRC for each record lies between the tables and
     * the strings, there are no CRCs.
     *
     * @param image the kernel's bytes from {@code base} on; only read
     * @param wordBytes the size of its pointers, 4 or 8
     * @param known values of symbols as this kernel has them, for example {@link SymbolMap#values()} of its kallsyms
     * @throws io.modrt.error.FormatException if no record of a known symbol is found
     */
    static SymbolMap memoryImage(
            byte[] image, Address base, int wordBytes, boolean bigEndian, Map<String, Address> known) {
        return KernelImage.exports(KernelBytes.of(image, base, wordBytes, bigEndian), known);
    }

    /** The symbols in {@code values}, which is copied. */
    static SymbolMap of(Map<String, Address> values) {
        return SymbolMap.of(values);
    }

    /** A slot for every name, in the kernel area of the architecture whose modules ask ({@link #placeholder}). */
    static SyntheticSymbols synthetic() {
        return SyntheticSymbols.inKernelArea();
    }

    /**
     * A slot of {@code slotBytes} in {@code area} for every name.
     *
     * @param slotBytes a power of two
     */
    static SyntheticSymbols synthetic(AddressRange area, int slotBytes) {
        return SyntheticSymbols.in(area, slotBytes);
    }
}
