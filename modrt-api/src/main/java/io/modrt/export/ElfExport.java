package io.modrt.export;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.layout.Region;
import io.modrt.layout.RegionKind;
import io.modrt.load.LinkedModule;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.spi.Stub;
import io.modrt.spi.SymbolValues;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * Writes modules as one executable ELF file (ET_EXEC) that debuggers, disassemblers and emulators of user programs read.
 *
 * <p>Each region is a segment with the bytes that loading gives it, and each loaded section a section at its address. Symbols have their final
 * values; stubs are called {@code __stub_NAME} and the slots that they load from {@code __slot_NAME}, in sections of their own where they lie
 * between the module's; what neither of the modules defines is an absolute symbol. Debug information is relocated, and that of several
 * modules is put together; compressed debug sections, and {@code .debug_aranges}, a mere index, are left out. Of several modules, sections are called {@code MODULE:.text}, and only
 * exports are global symbols.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ElfExport {
    private final List<LinkedModule> modules;
    private final boolean isOne;
    private final ElfOutput out;
    private final DebugSections debug = new DebugSections();
    private final Set<String> defined = new HashSet<>();
    private final Set<String> absolute = new HashSet<>();
    private final boolean hasSections;

    private ElfExport(List<LinkedModule> modules) {
        if (modules.isEmpty()) {
            throw new IllegalArgumentException("no module to write");
        }
        this.modules = modules;
        this.isOne = modules.size() == 1;
        ElfFile first = elf(modules.get(0));
        this.out = new ElfOutput(first.header(), first.array());
        this.hasSections = ElfOutput.areFew(modules.stream()
                .mapToLong(each -> 2L * elf(each).sectionCount())
                .sum());
    }

    /** The file with one module. */
    public static byte[] of(LinkedModule module) {
        Objects.requireNonNull(module, "module");
        return new ElfExport(List.of(module)).write();
    }

    /**
     * The file with several modules of one runtime, as they were loaded. If they have more than 32,000 sections, each region is written as one
     * section, called {@code MODULE:REGION}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static byte[] of(Collection<? extends LiveModule> modules) {
        return new ElfExport(modules.stream().map(LiveModule::asLoaded).toList()).write();
    }

    private static PlacedModule placed(LinkedModule module) {
        return module.resolved().placed();
    }

    private static ElfFile elf(LinkedModule module) {
        return placed(module).plan().file().elf();
    }

    private byte[] write() {
        for (LinkedModule module : modules) {
            SymbolTable symbols = symbols(module);
            for (int i = 1; i < symbols.count(); i++) {
                if (symbols.rawSectionIndex(i) != Symbol.SHN_UNDEF && symbols.binding(i) != Symbol.STB_LOCAL) {
                    defined.add(symbols.name(i));
                }
            }
        }
        for (LinkedModule module : modules) {
            new OneModule(module).add();
            debug.add(module);
        }
        debug.writeTo(out);
        return out.bytes();
    }

    private static SymbolTable symbols(LinkedModule module) {
        return placed(module).plan().file().symbols();
    }

    /** Adds one module to the file. */
    private final class OneModule {
        private final LinkedModule module;
        private final PlacedModule placed;
        private final ElfFile elf;
        private final String prefix;
        private final int[] sectionNumbers;

        OneModule(LinkedModule module) {
            this.module = module;
            this.placed = placed(module);
            this.elf = elf(module);
            this.prefix = isOne ? "" : placed.plan().file().name() + ":";
            this.sectionNumbers = new int[elf.sectionCount()];
        }

        void add() {
            for (Region region : placed.plan().regions()) {
                addRegion(region.kind());
            }
            addSymbols();
        }

        private void addRegion(RegionKind kind) {
            Optional<AddressRange> range = placed.range(kind);
            byte[] bytes = module.bytes(kind);
            if (range.isEmpty() || bytes.length == 0) {
                return;
            }
            int flags = ElfOutput.PF_R
                    | (kind.isExecutable() ? ElfOutput.PF_X : 0)
                    | (RegionAccess.of(kind).isWritable() ? ElfOutput.PF_W : 0);
            long start = range.get().start().value();
            int segment = out.segment(flags, start, bytes);
            List<Section> sections = RegionAccess.sections(placed, kind);
            if (!hasSections) {
                int number = out.section(
                        prefix + kind,
                        (kind.isExecutable() ? Section.SHF_EXECINSTR : 0)
                                | (RegionAccess.of(kind).isWritable() ? Section.SHF_WRITE : 0),
                        start,
                        bytes.length,
                        segment);
                sections.forEach(section -> sectionNumbers[section.index()] = number);
                addStubs(kind, range.get(), number);
                return;
            }
            for (Section section : sections) {
                Section shape = placed.shape(section);
                if (shape.sizeBytes() != 0) {
                    sectionNumbers[section.index()] = out.section(
                            prefix + section.name(),
                            shape,
                            placed.address(section).orElseThrow().value(),
                            shape.sizeBytes(),
                            segment);
                }
            }
            for (AddressRange gap : Gaps.of(placed, kind, sections, module.stubs())) {
                boolean hasStubs = module.stubs().stream().anyMatch(stub -> gap.contains(stub.address()));
                int number = out.section(
                        prefix + (hasStubs ? ".stubs" : ".slots"),
                        hasStubs ? Section.SHF_EXECINSTR : Section.SHF_WRITE,
                        gap.start().value(),
                        gap.sizeBytes(),
                        segment);
                addStubs(kind, gap, number);
            }
            for (Section section : sections) {
                int number = sectionNumbers[section.index()];
                if (number != 0) {
                    Section shape = placed.shape(section);
                    addStubs(kind, new AddressRange(placed.address(section).orElseThrow(), shape.sizeBytes()), number);
                }
            }
        }

        /** Names the stubs and slots in {@code range}. */
        private void addStubs(RegionKind kind, AddressRange range, int section) {
            for (Stub stub : module.stubs()) {
                if (kind.isExecutable() && range.contains(stub.address())) {
                    int bytes = stub.code(placed.plan().archKernel().codeOrder()).length;
                    local("__stub_" + stub.symbol(), stub.address(), bytes, Symbol.STT_FUNC, section);
                }
                stub.slot()
                        .filter(range::contains)
                        .ifPresent(slot -> local(
                                "__slot_" + stub.symbol(),
                                slot,
                                elf.elfClass().wordBytes(),
                                Symbol.STT_OBJECT,
                                section));
            }
        }

        private void local(String name, Address value, int sizeBytes, int type, int section) {
            out.symbol(name, value.value(), sizeBytes, Symbol.STB_LOCAL, type, section);
        }

        private void addSymbols() {
            SymbolTable symbols = symbols(module);
            SymbolValues values = module.resolved().values();
            Set<String> exports = new HashSet<>();
            if (!isOne) {
                placed.plan().file().exports().forEach(export -> exports.add(export.name()));
            }
            for (int i = 1; i < symbols.count(); i++) {
                String name = symbols.name(i);
                int type = symbols.type(i);
                if (name.isEmpty() || type == Symbol.STT_SECTION) {
                    continue;
                }
                if (symbols.rawSectionIndex(i) == Symbol.SHN_UNDEF) {
                    addExternal(name, values.value(i));
                    continue;
                }
                int section = symbols.sectionIndex(i);
                boolean isIn = section > 0 && section < sectionNumbers.length;
                if (isIn && sectionNumbers[section] == 0 && !isPerCpu(section)) {
                    continue; // why: it names a place in a section that is not loaded
                }
                if (isIn && name.equals("init_module")) {
                    out.entry(values.value(i));
                }
                int binding = isOne || exports.contains(name) ? symbols.binding(i) : Symbol.STB_LOCAL;
                out.symbol(
                        name, values.value(i), symbols.sizeBytes(i), binding, type, isIn ? sectionNumbers[section] : 0);
            }
        }

        private boolean isPerCpu(int section) {
            return elf.section(section).name().startsWith(".data..percpu");
        }

        private void addExternal(String name, long value) {
            if (!defined.contains(name) && value != 0 && absolute.add(name)) {
                out.symbol(name, value, 0, Symbol.STB_GLOBAL, Symbol.STT_NOTYPE, 0);
            }
        }
    }
}
