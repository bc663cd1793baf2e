package io.modrt.engine.finish;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.policy.Diagnostic;
import io.modrt.spi.SectionImage;
import io.modrt.spi.TableShapes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the kernel does with {@code __jump_table} when a module comes: entries sorted by key and then by code, those of init code marked,
 * and each static key of the module itself told where its entries begin.
 *
 * <p>A key is two words of the target's {@code long}: how often it is enabled, and the entries' address with two flag bits. Keys outside the
 * module belong to the kernel or to other modules; what the kernel keeps in those lies outside the module too.
 */
public final class JumpTable {
    private static final String NAME = "__jump_table";
    private static final long FLAGS = 3;
    private static final long IN_INIT = 2;

    private final ImageBytes image;
    private final TableShapes.JumpTable shape;
    private final EntryTable table;
    private final Section section;
    private final List<AddressRange> initRanges;
    private final Consumer<Diagnostic> told;

    private JumpTable(ImageBytes image, Section section, TableShapes.JumpTable shape, Consumer<Diagnostic> told) {
        this.image = image;
        this.shape = shape;
        this.section = section;
        this.told = told;
        table = new EntryTable(image, section, shape.entryBytes(), shape.reference(), told);
        initRanges = image.layout().regions().stream()
                .filter(RegionKind::isInit)
                .map(kind -> image.addresses().range(kind).orElseThrow())
                .toList();
    }

    /** Brings the table and the module's own keys into the state that they have once the module is coming; with JUMP_LABEL only. */
    public static void finish(ImageBytes image, TableShapes.JumpTable shape, Consumer<Diagnostic> told) {
        Optional<SectionImage> section = image.section(NAME);
        if (section.isPresent() && image.layout().profile().has(ConfigOption.JUMP_LABEL)) {
            JumpTable jumpTable = new JumpTable(image, section.get().section(), shape, told);
            jumpTable.sort();
            jumpTable.markInit();
            jumpTable.tellKeys();
        }
    }

    private void sort() {
        long[] keys = new long[table.count()];
        long[] code = new long[table.count()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(i);
            code[i] = code(i);
        }
        int[] byCode = StableOrder.by(code, StableOrder.identity(code.length));
        table.reorder(StableOrder.by(keys, byCode), shape.codeBytes(), shape.codeBytes(), shape.keyBytes());
    }

    private long code(int entry) {
        return table.value(entry, 0, shape.codeBytes());
    }

    private long key(int entry) {
        return table.value(entry, 2 * shape.codeBytes(), shape.keyBytes()) & ~FLAGS;
    }

    private void markInit() {
        int outside = 0;
        for (int i = 0; i < table.count(); i++) {
            long code = code(i);
            long stored = table.raw(i, 2 * shape.codeBytes(), shape.keyBytes()) & ~IN_INIT;
            table.putRaw(i, 2 * shape.codeBytes(), shape.keyBytes(), isInit(code) ? stored | IN_INIT : stored);
            if (!image.holds(code, 1) && outside++ == 0) {
                warn(i, "code at 0x" + Long.toHexString(code) + " is not in the module");
            }
        }
        if (outside > 1) {
            warn(0, outside + " entries in all have code that is not in the module");
        }
    }

    private boolean isInit(long code) {
        for (AddressRange range : initRanges) {
            if (range.contains(Address.of(code))) {
                return true;
            }
        }
        return false;
    }

    /** Entries are sorted, so that the first of each key is behind one of another key. */
    private void tellKeys() {
        for (int i = 0; i < table.count(); i++) {
            long key = key(i);
            boolean isFirst = i == 0 || key != key(i - 1);
            if (!isFirst || !image.holds(key, 1)) {
                continue;
            }
            if (!image.holds(key, 2 * image.wordBytes())) {
                warn(i, "key at 0x" + Long.toHexString(key) + " reaches beyond its region");
                continue;
            }
            long pointer = key + image.wordBytes();
            image.putPointerAt(pointer, table.entryAddress(i) | (image.pointerAt(pointer) & FLAGS));
        }
    }

    private void warn(int entry, String text) {
        told.accept(new Diagnostic(Diagnostic.Kind.KERNEL_WARNING, section.where(), "entry " + entry + ": " + text));
    }
}
