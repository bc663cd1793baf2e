package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.error.MemoryException;
import io.modrt.kernel.ConfigOption;
import io.modrt.load.LayoutPlan;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.FtraceTrampoline;
import io.modrt.spi.SiteKind;
import io.modrt.spi.StaticBranch;
import io.modrt.spi.TableShapes.JumpTable;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sites that a module's own tables list, with the forms that this kernel gives them. */
final class ModuleSites {
    private static final String JUMP_TABLE = "__jump_table";
    private static final long KEY_FLAGS = 3;
    private static final long BRANCH = 1;

    private final RelocatedModule module;
    private final PlacedModule placed;
    private final LayoutPlan plan;
    private final Width width;
    private final boolean bigEndian;
    private final ExpectedBytes expected;

    ModuleSites(RelocatedModule module, ExpectedBytes expected) {
        this.module = module;
        this.expected = expected;
        this.placed = module.resolved().placed();
        this.plan = placed.plan();
        this.width = plan.arch().width();
        this.bigEndian = plan.file().elf().isBigEndian();
    }

    /**
     * The call sites of the function tracer: off, as loading leaves them, or on, to one of the kernel's entries or of {@code more}.
     * A site whose words are no call site is left out: there is one form of it, the expected one.
     */
    List<PatchSite> tracing(Map<String, Address> more) {
        FtraceTrampoline tracing = plan.arch().ftrace(plan.profile());
        Optional<Section> table = loaded(tracing.tableSection());
        if (table.isEmpty() || !plan.profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return List.of();
        }
        Map<String, Address> entries = new LinkedHashMap<>();
        tracing.kernelEntries()
                .forEach(name ->
                        placed.anchor(name).or(() -> imported(name)).ifPresent(address -> entries.put(name, address)));
        entries.putAll(more);
        byte[] bytes = module.bytes(table.get());
        List<PatchSite> sites = new ArrayList<>();
        for (int at = 0; at <= bytes.length - width.bytes(); at += width.bytes()) {
            long entry = pointer(bytes, at);
            long site = width.wrap(tracing.site(entry));
            if (site != 0 && !(entry == 0 && tracing.skipsZero())) {
                tracingSite(tracing, site, entries).ifPresent(sites::add);
            }
        }
        return sites;
    }

    /** What the module calls by this name: a made-up address, where no source knows the symbol. */
    private Optional<Address> imported(String name) {
        int symbol = plan.file().symbols().indexOf(name);
        return symbol == SymbolTable.NONE
                ? Optional.empty()
                : Optional.of(width.address(module.resolved().values().value(symbol)));
    }

    private Optional<PatchSite> tracingSite(FtraceTrampoline tracing, long site, Map<String, Address> entries) {
        for (SiteKind kind : tracing.kinds()) {
            Address start = width.address(site - kind.wordsInFront() * (long) Integer.BYTES);
            Optional<int[]> off = expected.words(start, kind.words());
            if (off.isPresent() && kind.state(site, off.get()) == SiteKind.State.OFF) {
                List<Form> forms = new ArrayList<>();
                forms.add(Form.of("off", off.get()));
                entries.forEach((name, entry) -> {
                    if (kind.reaches(site, entry)) {
                        int[] on = off.get().clone();
                        kind.on(site, on, entry.value());
                        forms.add(Form.of("on, to " + name, on));
                    }
                });
                return Optional.of(new PatchSite(start, "function tracing", forms));
            }
        }
        return Optional.empty();
    }

    /** The static branches, in the form that the present state of their keys asks for; in either where that cannot be read. */
    List<PatchSite> branches(MemoryReader memory) {
        Optional<Section> table = loaded(JUMP_TABLE);
        Optional<StaticBranch> branch =
                plan.arch().staticBranch(plan.file().elf().header());
        if (table.isEmpty() || branch.isEmpty() || !plan.profile().has(ConfigOption.JUMP_LABEL)) {
            return List.of();
        }
        JumpTable shape = plan.arch().tables(plan.profile()).jumpTable();
        byte[] bytes = module.bytes(table.get());
        long address = placed.address(table.get()).orElseThrow().value();
        List<PatchSite> sites = new ArrayList<>();
        for (int at = 0; at <= bytes.length - shape.entryBytes(); at += shape.entryBytes()) {
            long code = field(shape, bytes, address, at, shape.codeBytes());
            long target = field(shape, bytes, address, at + shape.codeBytes(), shape.codeBytes());
            long key = field(shape, bytes, address, at + 2 * shape.codeBytes(), shape.keyBytes());
            boolean inverted = (key & BRANCH) != 0;
            Optional<Boolean> enabled = enabled(memory, width.address(key & ~KEY_FLAGS));
            List<Form> forms = new ArrayList<>();
            if (enabled.isEmpty() || enabled.get() == inverted) {
                forms.add(Form.of("not taken", branch.get().nop()));
            }
            if (enabled.isEmpty() || enabled.get() != inverted) {
                forms.add(Form.of("taken", branch.get().taken(code, target)));
            }
            sites.add(new PatchSite(width.address(code), "jump label", forms));
        }
        return sites;
    }

    /** Whether a key is enabled: its first word counts how often. */
    private Optional<Boolean> enabled(MemoryReader memory, Address key) {
        byte[] word = new byte[Integer.BYTES];
        try {
            memory.read(key, word, 0, word.length);
            return Optional.of(Bytes.getInt(word, 0, bigEndian) != 0);
        } catch (MemoryException unmapped) {
            return Optional.empty();
        }
    }

    private Optional<Section> loaded(String name) {
        return plan.file().elf().sections().stream()
                .filter(section ->
                        section.isNamed(name) && placed.address(section).isPresent())
                .findFirst();
    }

    private long field(JumpTable shape, byte[] bytes, long address, int at, int fieldBytes) {
        long raw = fieldBytes == Integer.BYTES ? Bytes.getInt(bytes, at, bigEndian) : pointer(bytes, at);
        return width.wrap(shape.reference() == Reference.ABSOLUTE ? raw : address + at + raw);
    }

    private long pointer(byte[] bytes, int at) {
        return width == Width.BITS_32
                ? Bytes.getInt(bytes, at, bigEndian) & 0xffff_ffffL
                : Bytes.getLong(bytes, at, bigEndian);
    }
}
