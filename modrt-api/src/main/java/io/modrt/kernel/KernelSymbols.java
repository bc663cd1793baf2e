package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import java.io.Reader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
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

    /**
     * The kernel's symbol of this name; empty if this source has none. Any exception that a source of an embedder throws fails the load that
     * asks, and reaches its caller as it is.
     */
    @Override
    Optional<KernelSymbol> find(String name);

    /**
     * A made-up symbol for a name that neither the kernel nor a loaded module has; empty except for {@link #synthetic()} sources. It is asked
     * for after all others, so that a made-up symbol never hides one that a module exports.
     *
     * @param kernelArea addresses within reach of the modules that ask, for a source that has no area of its own
     * @param use says what the module that asks does with it, if it is asked
     */
    default Optional<KernelSymbol> placeholder(String name, AddressRange kernelArea, Supplier<SymbolUse> use) {
        return Optional.empty();
    }

    /**
     * What of this source could not be read, for its user: lines that were left out, tables that were not understood. At most a few for each
     * file; none if everything was read.
     */
    default List<String> remarks() {
        return List.of();
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

    /**
     * The same values, with CRC, namespace and kind of export from {@code exports} for each name in it. If {@code exports} lists what the
     * kernel exports, the kernel's other symbols are known not to be exported, unless this source knows that they are; likewise for each
     * module that it lists.
     */
    default KernelSymbols withVersions(ModuleSymvers exports) {
        return new Versioned(this, exports);
    }

    /**
     * The symbols of a kernel's {@code System.map}, or of what {@code nm} prints. The kernel's build leaves out symbols whose names begin
     * with {@code $}; {@link #vmlinux} has them. A line that cannot be read is left out, which {@link #remarks} tells.
     *
     * <p>The symbol {@code __ksymtab_NAME} shows that {@code NAME} is exported. Where the map has such symbols, it knows of each symbol
     * whether it is exported. Absolute symbols {@code __crc_NAME} are the CRCs of {@code NAME} and no symbols here.
     *
     * @throws io.modrt.error.FormatException if no line is one of such a file, naming the first line
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static SymbolMap systemMap(Path map) {
        return systemMap(map, LoadLimits.standard());
    }

    /**
     * As {@link #systemMap(Path)}, of a file of at most {@link LoadLimits#fileBytes}.
     *
     * @throws io.modrt.error.FormatException also if it is larger
     */
    static SymbolMap systemMap(Path map, LoadLimits limits) {
        Objects.requireNonNull(map, "map");
        Objects.requireNonNull(limits, "limits");
        return SymbolText.read(map, limits);
    }

    /** As {@link #systemMap(Path)}, from a reader, which is read to its end and left open. */
    static SymbolMap systemMap(Reader map) {
        Objects.requireNonNull(map, "map");
        return SymbolText.read("System.map", map);
    }

    /** As {@link #systemMap(Path)}, from the file's text. */
    static SymbolMap systemMap(String text) {
        return SymbolText.parse("System.map", text);
    }

    /**
     * The kernel's own symbols in the text of {@code /proc/kallsyms}, read as {@link #systemMap(Path)} is. {@link SymbolMap#ownedBy} has the
     * symbols of each module that was loaded; compiled BPF programs and other code that the kernel generates are left out.
     *
     * @throws io.modrt.error.FormatException if no line is one of such a text, naming the first line, or if the kernel hid all addresses
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static SymbolMap kallsyms(Path kallsyms) {
        Objects.requireNonNull(kallsyms, "kallsyms");
        return SymbolText.read(kallsyms, LoadLimits.standard());
    }

    /** As {@link #kallsyms(Path)}, from a reader, which is read to its end and left open. */
    static SymbolMap kallsyms(Reader kallsyms) {
        Objects.requireNonNull(kallsyms, "kallsyms");
        return SymbolText.read("kallsyms", kallsyms);
    }

    /** As {@link #kallsyms(Path)}, from the text itself. */
    static SymbolMap kallsyms(String text) {
        return SymbolText.parse("kallsyms", text);
    }

    /**
     * The exports that a kernel's {@code Module.symvers} lists. It has no values, so it adds to another source ({@link #withVersions}). A
     * line that cannot be read is left out, which {@link ModuleSymvers#remarks} tells.
     *
     * @throws io.modrt.error.FormatException if no line is one of such a file, naming the first line
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static ModuleSymvers moduleSymvers(Path symvers) {
        Objects.requireNonNull(symvers, "symvers");
        return ModuleSymvers.read(symvers, LoadLimits.standard());
    }

    /** As {@link #moduleSymvers(Path)}, from a reader, which is read to its end and left open. */
    static ModuleSymvers moduleSymvers(Reader symvers) {
        Objects.requireNonNull(symvers, "symvers");
        return ModuleSymvers.read(symvers);
    }

    /** As {@link #moduleSymvers(Path)}, from the file's text. */
    static ModuleSymvers moduleSymvers(String text) {
        return ModuleSymvers.parse(text);
    }

    /**
     * The symbols of an unstripped {@code vmlinux}, at the addresses it was linked to. Exported symbols also have their kind, CRC and
     * namespace, and the others are known not to be exported. If a table of exports cannot be read, {@link #remarks} says so, and the symbols
     * are there nevertheless.
     *
     * @throws io.modrt.error.FormatException if it is not a linked kernel with a symbol table
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static SymbolMap vmlinux(Path vmlinux) {
        return vmlinux(vmlinux, LoadLimits.standard());
    }

    /**
     * As {@link #vmlinux(Path)}, of a file of at most {@link LoadLimits#fileBytes}.
     *
     * @throws io.modrt.error.FormatException also if it is larger, or has more sections or symbols than the limits allow
     */
    static SymbolMap vmlinux(Path vmlinux, LoadLimits limits) {
        return Vmlinux.read(vmlinux.toString(), Input.bytes(vmlinux, "a vmlinux", limits), limits);
    }

    /** As {@link #vmlinux(Path)}, from the file's bytes, which are only read. */
    static SymbolMap vmlinux(byte[] vmlinux) {
        Objects.requireNonNull(vmlinux, "vmlinux");
        return Vmlinux.read("vmlinux", vmlinux, LoadLimits.standard());
    }

    /**
     * The known symbols of a kernel, with what its memory says of their export, and all else that it exports. The memory may be that of a
     * running kernel, or of a file that holds it byte for byte. The tables of records (value, name and, since 5.4, namespace) are those that
     * {@code known} has the bounds of, such as {@code __start___ksymtab_gpl}; without those they are found by the record of any one symbol
     * whose value is known. How many fields a record has, and whether these are pointers or 32-bit distances from themselves, shows in the
     * bytes. Found without bounds, GPL-only exports are told apart by the names, which begin a second order there; if the names are not in
     * two orders, all are of kind {@link ExportKind#EXPORTED}. If not exactly one CRC for each record lies between the tables and the
     * strings, there are no CRCs.
     *
     * <p>If no table is found, the known symbols are all there is, and {@link #remarks} says so.
     *
     * @param image the kernel's bytes from {@code base} on; only read
     * @param wordBytes the size of its pointers, 4 or 8
     * @param known values of symbols as this kernel has them, for example {@link SymbolMap#values()} of its kallsyms; of all 64 bits or of
     *     the low 32
     * @throws io.modrt.error.FormatException if no symbol is known
     */
    static SymbolMap memoryImage(
            byte[] image, Address base, int wordBytes, boolean bigEndian, Map<String, Address> known) {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(known, "known");
        return KernelImage.exports(image, base, wordBytes, bigEndian, known);
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
