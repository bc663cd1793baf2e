package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.layout.RegionKind;
import io.modrt.load.ExceptionEntry;
import io.modrt.load.JumpLabel;
import io.modrt.memory.MemoryReader;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the tables of a loaded module from the target's memory. */
final class Tables {
    private static final long KEY_FLAGS = 3;

    private final Live module;
    private final MemoryReader memory;
    private final Width width;
    private final boolean bigEndian;
    private final TableShapes shapes;

    Tables(Live module, MemoryReader memory) {
        this.module = module;
        this.memory = memory;
        this.width = module.placed().plan().target().width();
        this.bigEndian = module.file().elf().isBigEndian();
        this.shapes = module.placed().plan().archKernel().tables(module.file());
    }

    /** The bytes of a section as they are now; none for one that is not loaded. */
    byte[] bytes(Section section) {
        Optional<Address> address = module.placed().address(section);
        byte[] bytes = new byte
                [address.isEmpty()
                        ? 0
                        : Math.toIntExact(module.placed().shape(section).sizeBytes())];
        if (bytes.length > 0) {
            memory.read(address.orElseThrow(), bytes, 0, bytes.length);
        }
        return bytes;
    }

    /** A table in memory. */
    private record Table(byte[] bytes, Address start) {}

    private Optional<Table> table(String name) {
        for (Section section : module.file().elf().sections()) {
            if (section.isNamed(name) && module.placed().address(section).isPresent()) {
                return Optional.of(new Table(
                        bytes(section), module.placed().address(section).orElseThrow()));
            }
        }
        return Optional.empty();
    }

    private Address address(Table table, int at, int bytes, Reference reference) {
        long stored = Bytes.get(table.bytes(), at, bytes, bigEndian);
        long signed = bytes == Integer.BYTES ? (int) stored : stored;
        return width.address(reference == Reference.FROM_FIELD ? table.start().value() + at + signed : stored);
    }

    /** The exception table. Entries of init code are left out once that is gone. */
    List<ExceptionEntry> exceptions() {
        Optional<Table> table = table("__ex_table");
        List<ExceptionEntry> entries = new ArrayList<>();
        if (table.isPresent()) {
            TableShapes.ExceptionTable shape = shapes.exceptionTable();
            int last = table.get().bytes().length - shape.entryBytes();
            for (int at = 0; at <= last; at += shape.entryBytes()) {
                Address instruction = address(table.get(), at, shape.fieldBytes(), shape.reference());
                Address fixup = address(table.get(), at + shape.fieldBytes(), shape.fieldBytes(), shape.reference());
                if (!module.isInitDropped() || !isInit(instruction)) {
                    entries.add(new ExceptionEntry(instruction, fixup));
                }
            }
        }
        return List.copyOf(entries);
    }

    private boolean isInit(Address address) {
        for (RegionKind kind : RegionKind.values()) {
            Optional<AddressRange> range = module.placed().range(kind);
            if (kind.isInit() && range.isPresent() && range.get().contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** The table of static branches. */
    List<JumpLabel> jumpLabels() {
        Optional<Table> table = table("__jump_table");
        List<JumpLabel> entries = new ArrayList<>();
        if (table.isPresent()) {
            TableShapes.JumpTable shape = shapes.jumpTable();
            boolean saysKind = module.placed().profile().has(LoaderChange.BRANCH_KIND_IN_ENTRY);
            int last = table.get().bytes().length - shape.entryBytes();
            for (int at = 0; at <= last; at += shape.entryBytes()) {
                long key = address(table.get(), at + 2 * shape.codeBytes(), shape.keyBytes(), shape.reference())
                        .value();
                entries.add(new JumpLabel(
                        address(table.get(), at, shape.codeBytes(), shape.reference()),
                        address(table.get(), at + shape.codeBytes(), shape.codeBytes(), shape.reference()),
                        Address.of(key & ~KEY_FLAGS),
                        saysKind && (key & 1) != 0));
            }
        }
        return List.copyOf(entries);
    }
}
