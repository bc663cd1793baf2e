package io.modrt.engine.finish;

import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.SectionImage;
import io.modrt.spi.TableShapes;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Does what the kernel's {@code jump_label_add_module} does with {@code __jump_table}: sorts the entries by key and then by code (since 5.3),
 * marks those in init code (since 4.20), and stores the address of its first entry in each static key of the module.
 *
 * <p>A {@code struct static_key} is two words of the target's {@code long}: how often it is enabled, and the address of its first entry
 * with two flag bits. Keys outside the module belong to the kernel or to other modules; for those the kernel changes memory outside this
 * module only.
 */
public final class JumpTable {
    private static final String NAME = "__jump_table";
    private static final long FLAGS = 3;
    private static final long IN_INIT = 2;
    /** No kernel has data below this address, where null pointers with an offset lead. */
    private static final long LEAST_KEY = 0x1_0000;

    private final ImageBytes image;
    private final TableShapes.JumpTable shape;
    private final EntryTable table;
    private final Section section;
    private final List<AddressRange> initRanges = new ArrayList<>();
    private final Consumer<Diagnostic> report;

    private JumpTable(ImageBytes image, Section section, TableShapes.JumpTable shape, Consumer<Diagnostic> report) {
        this.image = image;
        this.shape = shape;
        this.section = section;
        this.report = report;
        table = new EntryTable(image, section, shape.entryBytes(), shape.reference(), report);
        for (RegionKind kind : image.layout().regions()) {
            if (kind.isInit()) {
                initRanges.add(image.addresses().range(kind).orElseThrow());
            }
        }
    }

    /** Brings the table and the module's own keys into the state that they have when the module is COMING, on kernels with JUMP_LABEL. */
    public static void finish(ImageBytes image, TableShapes.JumpTable shape, Consumer<Diagnostic> report) {
        Optional<SectionImage> section = image.section(NAME);
        if (section.isPresent() && image.layout().profile().has(ConfigOption.JUMP_LABEL)) {
            JumpTable jumpTable = new JumpTable(image, section.get().section(), shape, report);
            jumpTable.sort();
            jumpTable.checkCode(image.layout().profile().has(LoaderChange.JUMP_TABLE_AFTER_INIT));
            jumpTable.linkKeys();
        }
    }

    private void sort() {
        long[] keys = new long[table.count()];
        long[] code = new long[table.count()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(i);
            code[i] = code(i);
        }
        boolean byCode = image.layout().profile().has(LoaderChange.JUMP_TABLE_BY_CODE);
        int[] order = byCode
                ? StableOrder.by(keys, StableOrder.by(code, StableOrder.identity(code.length)))
                : HeapOrder.by(keys);
        table.reorder(order, shape.codeBytes(), shape.codeBytes(), shape.keyBytes());
    }

    private long code(int entry) {
        return table.value(entry, 0, shape.codeBytes());
    }

    private long key(int entry) {
        return table.value(entry, 2 * shape.codeBytes(), shape.keyBytes()) & ~FLAGS;
    }

    private void checkCode(boolean marksInit) {
        int outside = 0;
        for (int i = 0; i < table.count(); i++) {
            long code = code(i);
            if (marksInit) {
                long stored = table.raw(i, 2 * shape.codeBytes(), shape.keyBytes()) & ~IN_INIT;
                table.putRaw(i, 2 * shape.codeBytes(), shape.keyBytes(), isInit(code) ? stored | IN_INIT : stored);
            }
            if (!image.holds(code, 1) && outside++ == 0) {
                report(
                        Diagnostic.Kind.KERNEL_CRASH,
                        i,
                        "code at 0x" + Long.toHexString(code) + " is not in the module");
            }
            long key = key(i);
            if (!image.holds(key, 1) && (key % image.wordBytes() != 0 || Long.compareUnsigned(key, LEAST_KEY) < 0)) {
                report(Diagnostic.Kind.KERNEL_CRASH, i, "no static key is at 0x" + Long.toHexString(key));
            }
        }
        if (outside > 1) {
            report(Diagnostic.Kind.KERNEL_CRASH, 0, outside + " entries in all have code that is not in the module");
        }
    }

    private boolean isInit(long code) {
        // why: no iterator and no address for each of thousands of entries
        for (int i = 0; i < initRanges.size(); i++) {
            AddressRange range = initRanges.get(i);
            if (Long.compareUnsigned(code - range.start().value(), range.sizeBytes()) < 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Stores the address of its first entry in each key of the module. Entries are sorted: it is where the key changes.
     */
    private void linkKeys() {
        for (int i = 0; i < table.count(); i++) {
            long key = key(i);
            boolean isFirst = i == 0 || key != key(i - 1);
            if (!isFirst || !image.holds(key, 1)) {
                continue;
            }
            if (!image.holds(key, 2 * image.wordBytes())) {
                report(
                        Diagnostic.Kind.KERNEL_CRASH,
                        i,
                        "key at 0x" + Long.toHexString(key) + " reaches beyond its region");
                continue;
            }
            long pointer = key + image.wordBytes();
            image.putPointerAt(pointer, table.entryAddress(i) | (image.pointerAt(pointer) & FLAGS));
        }
    }

    private void report(Diagnostic.Kind kind, int entry, String text) {
        report.accept(new Diagnostic(kind, section.where(), "entry " + entry + ": " + text));
    }
}
