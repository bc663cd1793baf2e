package io.modrt.module;

import io.modrt.bytes.Printable;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.PolicyException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.input.Input;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.ExportKind;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Admission;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadLimits;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.LoaderChange;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A module's file, checked as the kernel checks it, and further. Immutable; many threads and loads may share it.
 *
 * <p>A {@code byte[]} is viewed, not copied: the caller must not change it while the file is in use. A buffer or path is read once, and a
 * compressed file is decompressed once. How large files may be and what they may ask for is said by {@link LoadPolicy#limits}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleFile {
    private static final String EXPECTED = "a module's file (.ko, compressed or not)";
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";

    private final String name;
    private final ElfFile elf;
    private final LoadedSections sections;
    private final SymbolTable symbols;
    private final ModuleInfo info;
    private final @Nullable Section thisModule;
    private final @Nullable ModuleSignature signature;
    private final SignatureCheck signatureCheck;
    private final Compression compression;
    private final InKernelDecompression decompression;
    private final @Nullable LoadPolicy policy;
    private final List<Diagnostic> diagnostics;
    private @Nullable VersionRecords versions;
    private @Nullable List<Import> imports;
    private @Nullable ExportTables exports;

    private ModuleFile(
            String fileName, byte[] buffer, int lengthBytes, @Nullable LoadPolicy policy, HostKernel kernel) {
        this.policy = policy;
        Findings findings = new Findings(fileName, policy == null ? LoadPolicy.kernelExact() : policy);
        LoadLimits limits = findings.policy().limits();
        Input.check(fileName, lengthBytes, limits);
        this.compression = Compression.ofFirst(buffer, lengthBytes);
        byte[] file = compression == Compression.NONE || lengthBytes == buffer.length
                ? buffer
                : Arrays.copyOf(buffer, lengthBytes);
        Unpacked unpacked = Decompression.decompress(compression, file, limits, findings.where());
        byte[] image = unpacked.image();
        int imageBytes = compression == Compression.NONE ? lengthBytes : image.length;
        this.decompression = new InKernelDecompression(compression, file, unpacked);
        if (unpacked.unreadBytes() > 0) {
            findings.silent(
                    findings.name(),
                    unpacked.unreadBytes() + " bytes behind the " + compression + " data are left out",
                    FormatException::new);
        }
        ModuleSignature found = null;
        PolicyException refusal = null;
        try {
            found = ModuleSignature.find(image, imageBytes, findings).orElse(null);
        } catch (PolicyException malformed) { // why: only kernels with MODULE_SIG look at it, so checkFor raises it
            refusal = malformed;
        }
        this.signature = found;
        this.signatureCheck = new SignatureCheck(Optional.ofNullable(found), refusal);
        this.elf = view(fileName, image, found == null ? imageBytes : found.elfBytes(), refusal, limits, kernel);
        this.sections = new LoadedSections(elf);
        ModuleChecks checks = new ModuleChecks(elf, findings);
        checks.checkSections();
        this.thisModule = sections.loaded(THIS_MODULE).orElse(null);
        if (thisModule != null && sections.table(LoadedSections.MODINFO).isEmpty()) {
            checks.checkContents(thisModule);
        }
        this.info = sections.info(findings.policy());
        kernel.profile()
                .ifPresent(profile -> new ProfileChecks(elf, nameInInfo(), findings, profile).checkModuleSections());
        this.symbols = readSymbols(findings, kernel.profile().orElse(null));
        if (thisModule == null) {
            relax(
                    findings,
                    Rule.MODULE_SECTIONS,
                    "no section " + THIS_MODULE,
                    nameInInfo() + ": No module found in object");
        }
        this.name = info.first("name")
                .or(() -> thisModule().flatMap(ThisModule::name))
                .orElse(fileName);
        checks.checkName(name);
        checks.checkTables(symbols, name);
        this.diagnostics = findings.list();
    }

    /**
     * Opens the module in {@code file}, which may be compressed, under the kernel's rules.
     *
     * @throws FormatException if the kernel would not take the file for a module, or if it is malformed in a way that the kernel does
     *     not check
     */
    public static ModuleFile open(byte[] file) {
        return open(Objects.requireNonNull(file, "file"), file.length);
    }

    /**
     * As {@link #open(byte[])}, of the first {@code lengthBytes} bytes of {@code buffer}, which are viewed, not copied. A program that unloads
     * each module before it loads the next, and keeps nothing of it, can read all of them into one buffer.
     */
    public static ModuleFile open(byte[] buffer, int lengthBytes) {
        Objects.checkFromIndexSize(0, lengthBytes, buffer.length);
        return new ModuleFile("", buffer, lengthBytes, null, HostKernel.unknown());
    }

    /**
     * The same as {@link #open(byte[])} under {@code policy}, of which {@link Rule#EXTENDED_NUMBERING}, {@link Rule#MODULE_SECTIONS} and
     * {@link Rule#SIGNATURE} matter here. Loads of the file that name no policy of their own use it too.
     */
    public static ModuleFile open(byte[] file, LoadPolicy policy) {
        return open("", file, policy);
    }

    /** The same as {@link #open(byte[], LoadPolicy)}, called {@code fileName} in messages. */
    public static ModuleFile open(String fileName, byte[] file, LoadPolicy policy) {
        return open(fileName, file, policy, HostKernel.unknown());
    }

    /** The same as {@link #open(String, byte[], LoadPolicy)}, with the checks in the order of {@code kernel} and with its log lines. */
    public static ModuleFile open(String fileName, byte[] file, LoadPolicy policy, HostKernel kernel) {
        Objects.requireNonNull(fileName, "fileName");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(policy, "policy");
        return new ModuleFile(fileName, file, file.length, policy, Objects.requireNonNull(kernel, "kernel"));
    }

    /** Opens the module in the remaining bytes of {@code file}, which are copied; the buffer's position does not change. */
    public static ModuleFile open(ByteBuffer file) {
        return open(copy(file));
    }

    /** The same as {@link #open(ByteBuffer)} under {@code policy}. */
    public static ModuleFile open(ByteBuffer file, LoadPolicy policy) {
        return open(copy(file), Objects.requireNonNull(policy, "policy"));
    }

    private static byte[] copy(ByteBuffer file) {
        byte[] bytes = new byte[file.remaining()];
        file.get(file.position(), bytes);
        return bytes;
    }

    /**
     * Opens the module at {@code path}, on any file system.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static ModuleFile open(Path path) {
        byte[] file = Input.bytes(path, EXPECTED, LoadLimits.standard());
        return new ModuleFile(name(path), file, file.length, null, HostKernel.unknown());
    }

    /** The same as {@link #open(Path)} under {@code policy}. */
    public static ModuleFile open(Path path, LoadPolicy policy) {
        return open(path, policy, HostKernel.unknown());
    }

    /** The same as {@link #open(String, byte[], LoadPolicy, HostKernel)} of the file at {@code path}. */
    public static ModuleFile open(Path path, LoadPolicy policy, HostKernel kernel) {
        Objects.requireNonNull(kernel, "kernel");
        return open(name(path), Input.bytes(path, EXPECTED, policy.limits()), policy, kernel);
    }

    private static String name(Path path) {
        Path fileName = path.getFileName();
        return fileName == null ? "" : fileName.toString();
    }

    /**
     * Views the ELF file. If both the signature and the ELF file are malformed, the signature is refused, which the kernel checks first.
     */
    private static ElfFile view(
            String fileName,
            byte[] image,
            int lengthBytes,
            @Nullable PolicyException refusal,
            LoadLimits limits,
            HostKernel kernel) {
        try {
            return ElfValidity.view(fileName, image, lengthBytes, limits, kernel);
        } catch (FormatException noElf) {
            if (refusal == null) {
                throw noElf;
            }
            refusal.addSuppressed(noElf);
            throw refusal;
        }
    }

    /** The name in the kernel's log lines before it has found {@code struct module}. */
    private String nameInInfo() {
        return info.first("name").orElse("(missing .modinfo section or name field)");
    }

    /** Reports a broken rule with the line that the kernel logs: raised, unless the policy relaxes the rule. */
    static void relax(Findings findings, Rule rule, String what, String line) {
        Refusal refusal = Refusal.of(Errno.ENOEXEC, what)
                .wayOut("relax Rule." + rule + " to load it")
                .logged(line);
        findings.broken(rule, refusal, reason -> new FormatException(findings.at(reason)));
    }

    private SymbolTable readSymbols(Findings findings, @Nullable KernelProfile profile) {
        Optional<SymbolTable> table;
        try {
            table = elf.symbolTable();
        } catch (FormatException malformed) {
            if (profile == null || profile.has(LoaderChange.SECTIONS_VALIDATED)) {
                throw malformed;
            }
            throw new FormatException(
                    Refusal.beyondKernel(String.valueOf(malformed.getMessage())).because(malformed));
        }
        if (table.isEmpty()) {
            boolean isNamed = profile == null || profile.has(LoaderChange.NAME_BEFORE_MODULE);
            Optional<String> older = thisModule().flatMap(ThisModule::name);
            relax(
                    findings,
                    Rule.MODULE_SECTIONS,
                    "no symbols (stripped?)",
                    (isNamed ? nameInInfo() : older.orElse("")) + ": module has no symbols (stripped?)");
        }
        return table.orElseGet(() -> SymbolTable.none(elf));
    }

    /** The module's name: from its modinfo, or else from its {@code struct module}, or else the file's name, which may be empty. */
    public String name() {
        return name;
    }

    /** The ELF file, decompressed and without the signature. */
    public ElfFile elf() {
        return elf;
    }

    /** Its symbols; an empty table for a plain object that has none. */
    public SymbolTable symbols() {
        return symbols;
    }

    /**
     * The places that refer to the symbol {@code symbolName}, in the order of the file: who calls a function, who has its address. Local
     * symbols to which the file refers by their section are found, too, if it has addends in its relocations (RELA).
     */
    public List<SymbolReference> references(String symbolName) {
        return SymbolReference.in(elf, symbols, Objects.requireNonNull(symbolName, "symbolName"));
    }

    /** Its modinfo strings; none for a file without the section. */
    public ModuleInfo info() {
        return info;
    }

    /** The section that becomes the kernel's {@code struct module}; empty only for a plain object. */
    public Optional<Section> thisModule() {
        return Optional.ofNullable(thisModule);
    }

    /** The signature that is appended to the file. */
    public Optional<ModuleSignature> signature() {
        return Optional.ofNullable(signature);
    }

    /** Whether a kernel of this profile looks for signatures, and finds none in the file that it could verify. */
    public boolean isUnsigned(KernelProfile profile) {
        return isUnsigned(profile, Admission.usual());
    }

    /** Whether a kernel of this profile that admits modules by {@code admission} finds no valid signature in the file where it looks for one. */
    public boolean isUnsigned(KernelProfile profile, Admission admission) {
        return signatureCheck.isUnsigned(profile, admission);
    }

    /** How the file was compressed. */
    public Compression compression() {
        return compression;
    }

    /** The faults that opening the file let pass. */
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    /**
     * Makes the checks that not every kernel makes: those that came with a version, and those that a configuration switches on.
     *
     * @return the faults that {@code loadPolicy} lets pass
     * @throws FormatException if a kernel of this profile would refuse the file
     * @throws PolicyException if the kernel looks for signatures, and this module's is malformed or of an unknown kind; or if it wants one
     *     ({@link ConfigOption#MODULE_SIG_FORCE}) and there is none; or if the kernel's {@linkplain Admission#keys() keys} are known, and the
     *     module was changed since it was signed
     */
    public List<Diagnostic> checkFor(KernelProfile profile, LoadPolicy loadPolicy) {
        Findings findings = new Findings(name, Objects.requireNonNull(loadPolicy, "loadPolicy"));
        decompression.check(elf, profile, findings);
        signatureCheck.check(profile, findings);
        ElfValidity.check(elf.name(), elf.array(), elf.lengthBytes(), profile, HostKernel.unknown());
        new ProfileChecks(elf, name, findings, profile).check();
        return findings.list();
    }

    /** As {@link #checkFor(KernelProfile, LoadPolicy)} under the policy that the file was opened with, or else under the kernel's rules. */
    public List<Diagnostic> checkFor(KernelProfile profile) {
        return checkFor(profile, policy().orElse(LoadPolicy.kernelExact()));
    }

    /** The policy that the file was opened with; empty if none was named, in which case the runtime's is used. */
    public Optional<LoadPolicy> policy() {
        return Optional.ofNullable(policy);
    }

    /** Whether it has CRCs of its imports. */
    public boolean hasVersions() {
        return versions().isPresent();
    }

    /** Whether a kernel of this profile finds CRCs of its imports in it. Kernels before 6.14 do not read the extended records. */
    public boolean hasVersions(KernelProfile profile) {
        return versions().isPresent(profile.has(LoaderChange.EXTENDED_MODVERSIONS));
    }

    /**
     * The CRC that it expects of {@code symbol}, which need not be an import: every module has one for {@code module_layout}. It is a word
     * of {@code __versions}, or of the extended records if the file has these.
     *
     * @throws FormatException if the records are malformed
     */
    public OptionalLong expectedCrc(String symbol) {
        return versions().crc(Objects.requireNonNull(symbol, "symbol"), true);
    }

    /** As {@link #expectedCrc(String)}, from the records that a kernel of this profile reads. */
    public OptionalLong expectedCrc(String symbol, KernelProfile profile) {
        return versions().crc(Objects.requireNonNull(symbol, "symbol"), profile.has(LoaderChange.EXTENDED_MODVERSIONS));
    }

    private VersionRecords versions() {
        VersionRecords known = versions;
        if (known == null) {
            known = VersionRecords.of(sections::table);
            versions = known;
        }
        return known;
    }

    /**
     * The undefined symbols, in the order of the symbol table.
     *
     * @throws FormatException if the records of their CRCs are malformed
     */
    public List<Import> imports() {
        List<Import> known = imports;
        if (known == null) {
            known = Import.of(symbols, versions());
            imports = known;
        }
        return known;
    }

    /**
     * The symbols that it exports: all of {@code __ksymtab} first, then those of the other {@linkplain ExportKind#tables() tables}, each in
     * its table's order.
     *
     * @throws FormatException if an entry's value, name or namespace cannot be found
     */
    public ExportList exports() {
        return exportTables().all();
    }

    /**
     * The exports that a kernel of this profile finds. Since 3.0 kernels search a table by bisection, which misses names that are not in
     * order; since 5.12 they do not read the tables of unused exports and of those to become GPL-only.
     */
    public ExportList exports(KernelProfile profile) {
        return exportTables().found(Objects.requireNonNull(profile, "profile"));
    }

    private ExportTables exportTables() {
        ExportTables known = exports;
        if (known == null) {
            known = ExportTables.of(symbols, sections::table);
            exports = known;
        }
        return known;
    }

    /**
     * The profile of the kernel that the file was built for, as far as its vermagic and its tables show it; empty without a vermagic.
     *
     * @throws FormatException if the vermagic does not begin with a kernel release
     */
    public Optional<KernelProfile> builtFor() {
        return info.vermagic().map(KernelProfile::ofVermagic).map(this::showing);
    }

    /** Whether its export records have namespaces, a third field; empty if it exports nothing. */
    public Optional<Boolean> hasExportNamespaces() {
        return exportTables().hasNamespaces();
    }

    /** {@code profile} with the changes of the kernel that the file's tables show; malformed tables show none. */
    public KernelProfile showing(KernelProfile profile) {
        Objects.requireNonNull(profile, "profile");
        try {
            return hasExportNamespaces()
                    .map(has -> profile.showing(
                            LoaderChange.EXPORT_NAMESPACES,
                            has,
                            "export records of " + (has ? "three" : "two") + " fields in " + name))
                    .orElse(profile);
        } catch (FormatException malformed) { // why: exports() raises it to whoever needs the exports
            return profile;
        }
    }

    /** Its name. */
    @Override
    public String toString() {
        return Printable.name(name);
    }
}
