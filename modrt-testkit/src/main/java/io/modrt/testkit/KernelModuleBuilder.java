package io.modrt.testkit;

import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.KernelVersion;
import io.modrt.version.LoaderChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes kernel modules: an object file with {@code .modinfo}, {@code __versions}, export tables and {@code struct module}, as
 * {@code modpost} and the module linker script leave it for Linux 6.1. Tables have the forms of {@link ElfTarget#tables()}.
 *
 * <pre>{@code
 * byte[] ko = KernelModuleBuilder.of(ElfTarget.MIPS_O32_LE, "greeter")
 *         .text(0x3c020000, 0x24420000, 0x03e00008, 0)   // lui v0; addiu v0,v0; jr ra; nop
 *         .imports("jiffies")
 *         .relocation(".text", 0, "R_MIPS_HI16", "jiffies")
 *         .relocation(".text", 4, "R_MIPS_LO16", "jiffies")
 *         .function("init_module", ".text", 0)
 *         .build();
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelModuleBuilder {
    /** The vermagic of modules that say nothing else. */
    public static final String VERMAGIC = "6.1.0 SMP mod_unload modversions ";

    private static final int VERSION_BYTES = 64;
    private static final int THIS_MODULE_ALIGNMENT = 64;

    private final ElfBuilder elf;
    private final String name;
    private final Map<String, SectionBuilder> sections = new LinkedHashMap<>();
    private final Map<String, SymbolBuilder> symbols = new LinkedHashMap<>();
    private final List<String> info = new ArrayList<>();
    private final Map<String, Integer> crcs = new LinkedHashMap<>();
    private final List<ExportBuilder> exports = new ArrayList<>();
    private String vermagic = VERMAGIC;
    private @Nullable String license = "GPL";
    private boolean hasNamespaces = true;
    private boolean hasDistances = true;
    private boolean hasName = true;
    private boolean hasPlaceholders = true;
    private boolean hasCrcSymbols;
    private int thisModuleBytes;
    private int initOffset;
    private int exitOffset;
    private byte @Nullable [] built;

    private KernelModuleBuilder(ElfTarget target, String name) {
        this.elf = ElfBuilder.relocatable(target);
        this.name = name;
        // The sizes and offsets of Debian's 4kc-malta and 5kc-malta kernels, 6.1.
        boolean wide = target.encoding().is64Bit();
        thisModuleBytes = wide ? 0x340 : 0x240;
        initOffset = wide ? 0x138 : 0xc8;
        exitOffset = wide ? 0x328 : 0x210;
    }

    /** Starts a module called {@code name}, with licence {@code GPL} and {@link #VERMAGIC}. */
    public static KernelModuleBuilder of(ElfTarget target, String name) {
        return new KernelModuleBuilder(target, name);
    }

    /** The module's name. */
    public String name() {
        return name;
    }

    /** The file below, for what this class has no word for. */
    public ElfBuilder elf() {
        return elf;
    }

    /**
     * Builds the module as the build of this kernel does: its vermagic, the records of export tables and their CRCs, and whether
     * {@code .modinfo} has the name. The size of {@code struct module} stays as it is.
     */
    public KernelModuleBuilder forKernel(KernelProfile profile) {
        hasNamespaces = profile.has(LoaderChange.EXPORT_NAMESPACES);
        hasCrcSymbols = !profile.has(BuildChange.CRCS_AS_WORDS);
        hasDistances = profile.has(BuildChange.EXPORTS_AS_DISTANCES);
        hasName = profile.has(LoaderChange.NAME_BEFORE_MODULE);
        return vermagic(profile.vermagic().orElse(profile.version() + " SMP mod_unload modversions "));
    }

    /** As {@link #forKernel(KernelProfile)}, for the kernel of this version, for example {@code 2.6.32}. */
    public KernelModuleBuilder forKernel(String version) {
        return forKernel(KernelProfile.of(KernelVersion.parse(version)));
    }

    /**
     * Leaves out the empty sections that the linker script adds for the kernel to fill, without which kernels of some machines refuse a
     * module: those of AArch64 want {@code .plt} and its like.
     */
    public KernelModuleBuilder withoutPlaceholders() {
        hasPlaceholders = false;
        return this;
    }

    /** Sets the vermagic. */
    public KernelModuleBuilder vermagic(String text) {
        vermagic = text;
        return this;
    }

    /** Sets the licence. */
    public KernelModuleBuilder license(String text) {
        license = text;
        return this;
    }

    /** Leaves the licence out. */
    public KernelModuleBuilder noLicense() {
        license = null;
        return this;
    }

    /** Adds an entry to {@code .modinfo}; a tag may come again. */
    public KernelModuleBuilder info(String tag, String value) {
        info.add(tag + "=" + value);
        return this;
    }

    /** Imports a namespace. */
    public KernelModuleBuilder importsNamespace(String namespace) {
        return info("import_ns", namespace);
    }

    /** Imports a symbol without a CRC. */
    public KernelModuleBuilder imports(String symbol) {
        symbol(symbol);
        return this;
    }

    /** Imports a symbol, expecting this CRC; {@code module_layout} needs no import, only a CRC: {@link #crc}. */
    public KernelModuleBuilder imports(String symbol, int crc) {
        symbol(symbol);
        return crc(symbol, crc);
    }

    /** Imports a symbol that may be missing. */
    public KernelModuleBuilder importsWeakly(String symbol) {
        symbol(symbol).weak();
        return this;
    }

    /** Adds a record to {@code __versions}. */
    public KernelModuleBuilder crc(String symbol, int crc) {
        crcs.put(symbol, crc);
        return this;
    }

    /** Appends instructions of 32 bits to {@code .text}. */
    public KernelModuleBuilder text(int... words) {
        code(".text").instructions(words);
        return this;
    }

    /** Appends instructions of 32 bits to {@code .init.text}. */
    public KernelModuleBuilder initText(int... words) {
        code(".init.text").instructions(words);
        return this;
    }

    /** Appends words to {@code .data}. */
    public KernelModuleBuilder data(int... words) {
        writable(".data").words(words);
        return this;
    }

    /** The section of code with this name, made if need be. */
    public SectionBuilder code(String section) {
        return sections.computeIfAbsent(section, elf::code);
    }

    /** The section of read-only data with this name, made if need be. */
    public SectionBuilder readOnly(String section) {
        return sections.computeIfAbsent(section, elf::readOnly);
    }

    /** The section of writable data with this name, made if need be. */
    public SectionBuilder writable(String section) {
        return sections.computeIfAbsent(section, elf::writable);
    }

    /** The section of this name, made before. */
    public SectionBuilder section(String section) {
        SectionBuilder found = sections.get(section);
        if (found == null) {
            throw new IllegalArgumentException(name + " has " + sections.keySet() + ", no " + section);
        }
        return found;
    }

    /** Defines a function of 4 bytes. */
    public KernelModuleBuilder function(String symbol, String section, long offset) {
        symbol(symbol).in(section(section), offset).function(Integer.BYTES);
        return this;
    }

    /** Defines a datum of 4 bytes. */
    public KernelModuleBuilder object(String symbol, String section, long offset) {
        symbol(symbol).in(section(section), offset).object(Integer.BYTES);
        return this;
    }

    /** The symbol of this name, made if need be: then it is undefined, hence imported. */
    public SymbolBuilder symbol(String symbol) {
        return symbols.computeIfAbsent(symbol, elf::symbol);
    }

    /** Adds a relocation; the symbol is imported unless it is defined. */
    public KernelModuleBuilder relocation(String section, long offset, int type, String symbol) {
        section(section).relocation(offset, type, symbol(symbol));
        return this;
    }

    /** Adds a relocation with an addend of its own. */
    public KernelModuleBuilder relocation(String section, long offset, int type, String symbol, long addend) {
        section(section).relocation(offset, type, symbol(symbol), addend);
        return this;
    }

    /**
     * Adds a relocation of the type that the psABI calls {@code type}, for example {@code R_MIPS_26}. The symbol is imported unless it
     * is defined.
     */
    public KernelModuleBuilder relocation(String section, long offset, String type, String symbol) {
        return relocation(section, offset, elf.target().relocationType(type), symbol);
    }

    /** As {@link #relocation(String, long, String, String)}, with an addend of its own. */
    public KernelModuleBuilder relocation(String section, long offset, String type, String symbol, long addend) {
        return relocation(section, offset, elf.target().relocationType(type), symbol, addend);
    }

    /** Exports a symbol to everybody, which the module must define before it is built. */
    public KernelModuleBuilder exports(String symbol) {
        return exports(symbol, export -> {});
    }

    /** Exports a symbol. */
    public KernelModuleBuilder exports(String symbol, Consumer<ExportBuilder> how) {
        ExportBuilder export = new ExportBuilder(symbol);
        how.accept(export);
        exports.add(export);
        return this;
    }

    /** Writes export records of two fields, as for kernels before 5.4: value and name, without namespace. */
    public KernelModuleBuilder exportsWithoutNamespaces() {
        hasNamespaces = false;
        return this;
    }

    /** Writes CRCs as for kernels before 4.10: words as wide as pointers, relocated against absolute symbols {@code __crc_NAME}. */
    public KernelModuleBuilder crcsAsSymbols() {
        hasCrcSymbols = true;
        return this;
    }

    /**
     * Lists a function's call site of the function tracer; the address is the symbol's.
     *
     * @see KernelTables#tracing()
     */
    public KernelModuleBuilder traced(String symbol) {
        new TableWriter(this).tracingEntry(symbol(symbol));
        return this;
    }

    /** Adds an entry to {@code __ex_table}: where an instruction may fault, and where the kernel then goes on. */
    public KernelModuleBuilder mayFault(String instruction, String fixup) {
        new TableWriter(this).exceptionEntry(symbol(instruction), symbol(fixup));
        return this;
    }

    /**
     * Adds an entry to {@code __jump_table}.
     *
     * @param branch the symbol of a static branch, compiled for a key that is false
     * @param target where the branch goes when it is taken
     * @param key its key
     */
    public KernelModuleBuilder jumpLabel(String branch, String target, String key) {
        new TableWriter(this).jumpLabel(symbol(branch), symbol(target), symbol(key));
        return this;
    }

    /** Sets the size of {@code struct module}. */
    public KernelModuleBuilder thisModuleBytes(int sizeBytes) {
        thisModuleBytes = sizeBytes;
        return this;
    }

    /** Sets where {@code struct module} has its pointer to the init function. */
    public KernelModuleBuilder initOffset(int byteOffset) {
        initOffset = byteOffset;
        return this;
    }

    /** Sets where {@code struct module} has its pointer to the exit function. */
    public KernelModuleBuilder exitOffset(int byteOffset) {
        exitOffset = byteOffset;
        return this;
    }

    /**
     * The module, a new array. The builder is finished by it: later calls give the same bytes.
     *
     * @throws IllegalStateException if it exports a symbol that it does not define
     */
    public byte[] build() {
        byte[] file = built;
        if (file == null) {
            checkExports();
            addModinfo();
            addVersions();
            TableWriter tables = new TableWriter(this);
            TableWriter.ExportForm form = new TableWriter.ExportForm(hasNamespaces, hasCrcSymbols, hasDistances);
            for (ExportKind kind : ExportKind.tables()) {
                tables.exports(kind, exports.stream().filter(export -> export.kind() == kind), form);
            }
            addPlaceholders();
            addThisModule();
            file = elf.build();
            built = file;
        }
        return file.clone();
    }

    private void addPlaceholders() {
        for (String placeholder : hasPlaceholders ? elf.target().placeholders() : List.<String>of()) {
            SectionBuilder section = code(placeholder);
            if (section.sizeBytes() == 0) {
                section.zeros(1).alignment(1);
            }
        }
    }

    private void checkExports() {
        for (ExportBuilder export : exports) {
            SymbolBuilder symbol = symbols.get(export.symbol());
            if (symbol == null || !symbol.isDefined()) {
                List<String> defined = symbols.values().stream()
                        .filter(SymbolBuilder::isDefined)
                        .map(SymbolBuilder::name)
                        .toList();
                throw new IllegalStateException(name + " exports " + export.symbol() + ", which it does not define; it"
                        + " defines " + (defined.isEmpty() ? "nothing" : String.join(", ", defined)));
            }
        }
    }

    private void addModinfo() {
        SectionBuilder modinfo = readOnly(".modinfo").alignment(1);
        if (license != null) {
            modinfo.string("license=" + license);
        }
        info.forEach(modinfo::string);
        if (hasName) {
            modinfo.string("name=" + name);
        }
        modinfo.string("vermagic=" + vermagic);
    }

    private void addVersions() {
        if (crcs.isEmpty()) {
            return;
        }
        SectionBuilder versions = readOnly("__versions");
        crcs.forEach((symbol, crc) ->
                versions.pointer(Integer.toUnsignedLong(crc)).string(symbol).padding(VERSION_BYTES));
    }

    private void addThisModule() {
        boolean wide = elf.target().encoding().is64Bit();
        byte[] image = new byte[thisModuleBytes];
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, image, wide ? 24 : 12, text.length);
        SectionBuilder module = writable(".gnu.linkonce.this_module")
                .alignment(THIS_MODULE_ALIGNMENT)
                .bytes(image);
        symbol("__this_module").in(module, 0).object(thisModuleBytes);
        point(module, initOffset, "init_module");
        point(module, exitOffset, "cleanup_module");
    }

    private void point(SectionBuilder module, int offset, String function) {
        SymbolBuilder symbol = symbols.get(function);
        if (symbol != null) {
            module.relocation(offset, elf.target().pointerType(), symbol);
        }
    }
}
