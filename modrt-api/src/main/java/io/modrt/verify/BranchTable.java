package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.elf.ElfFile;
import io.modrt.error.FormatException;
import io.modrt.error.MemoryException;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.StaticBranches.BranchSite;
import io.modrt.spi.TableShapes.JumpTable;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Reads a {@code __jump_table}, a module's or the kernel's own. */
final class BranchTable {
    private static final long KEY_FLAGS = 3;
    private static final long BRANCH = 1;

    private final ArchKernel arch;
    private final KernelProfile profile;
    private final JumpTable shape;
    private final Width width;
    private final boolean bigEndian;
    private final int wordBytes;
    private final CodeReader expected;

    /**
     * @param elf the module or the kernel, which shows the byte order of the table and the size of its keys
     * @param expected its code as it was loaded
     */
    BranchTable(ArchKernel arch, KernelProfile profile, JumpTable shape, ElfFile elf, CodeReader expected) {
        this.arch = arch;
        this.profile = profile;
        this.shape = shape;
        this.width = arch.width();
        this.bigEndian = elf.isBigEndian();
        this.wordBytes = elf.elfClass().wordBytes();
        this.expected = expected;
    }

    /**
     * The static branches, each in the form that the present state of its key asks for, or in either form if the key cannot be read.
     *
     * @param bytes the table
     * @param start its address
     * @param memory is asked for the keys
     * @param sites takes the address of each branch and its forms, at least one
     */
    void sites(byte[] bytes, Address start, MemoryReader memory, BiConsumer<Address, List<Form>> sites) {
        StaticBranches branches = arch.staticBranches().orElseThrow();
        long address = start.value();
        for (int at = 0; at <= bytes.length - shape.entryBytes(); at += shape.entryBytes()) {
            long code = field(bytes, address, at, shape.codeBytes());
            // why: an entry for code that the module does not have, for example the 0 of a missing weak symbol, patches
            // none of its bytes
            if (!expected.holds(code, 1)) {
                continue;
            }
            Optional<BranchSite> site = branchAt(branches, code);
            if (site.isEmpty()) {
                continue;
            }
            long target = field(bytes, address, at + shape.codeBytes(), shape.codeBytes());
            long key = field(bytes, address, at + 2 * shape.codeBytes(), shape.keyBytes());
            Address keyAddress = width.address(key & ~KEY_FLAGS);
            boolean inverted =
                    ((profile.has(LoaderChange.BRANCH_KIND_IN_ENTRY) ? key : entriesOf(memory, keyAddress)) & BRANCH)
                            != 0;
            Optional<Boolean> enabled = enabled(memory, keyAddress);
            List<Form> forms = new ArrayList<>();
            if (enabled.isEmpty() || enabled.get() == inverted) {
                forms.add(Form.of("not taken", branches.notTaken(site.get().sizeBytes())));
            }
            if (enabled.isEmpty() || enabled.get() != inverted) {
                forms.add(Form.of("taken", branches.taken(site.get(), target)));
            }
            sites.accept(width.address(code), forms);
        }
    }

    /** The branch at {@code code}; empty if it was loaded as other code, which must then stay as it was loaded. */
    private Optional<BranchSite> branchAt(StaticBranches branches, long code) {
        try {
            return Optional.of(new BranchSite(code, branches.sizeBytes(code, expected)));
        } catch (FormatException noBranch) {
            return Optional.empty();
        }
    }

    /** Whether a key is enabled: its first field, {@code enabled}, is then not 0. Empty where the key cannot be read. */
    private Optional<Boolean> enabled(MemoryReader memory, Address key) {
        byte[] word = new byte[Integer.BYTES];
        try {
            memory.read(key, word, 0, word.length);
            return Optional.of(Bytes.getInt(word, 0, bigEndian) != 0);
        } catch (MemoryException unmapped) {
            return Optional.empty();
        }
    }

    /** The lowest byte of a key's second field, the address of its entries, whose low bits are flags. 0 where the key cannot be read. */
    private long entriesOf(MemoryReader memory, Address key) {
        byte[] word = new byte[wordBytes];
        try {
            memory.read(key.plus(wordBytes), word, 0, wordBytes);
            return word[bigEndian ? wordBytes - 1 : 0];
        } catch (MemoryException unmapped) {
            return 0;
        }
    }

    /** The address that the field at offset {@code at} of the table gives; {@code address} is the table's. */
    long field(byte[] bytes, long address, int at, int fieldBytes) {
        long raw = Bytes.get(bytes, at, fieldBytes, bigEndian);
        if (shape.reference() == Reference.ABSOLUTE) {
            return width.wrap(raw);
        }
        return width.wrap(address + at + (fieldBytes == Integer.BYTES ? (int) raw : raw));
    }
}
