package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.SymbolMap;
import io.modrt.load.LayoutPlan;
import io.modrt.memory.MemoryReader;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.module.ModuleFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives modules the per-CPU addresses that the kernel gave them: known from its symbols, or guessed from {@code struct module}. */
final class SeenPerCpu implements PerCpuAllocator {
    /** Since 2.6.35, and before. */
    private static final List<String> PER_CPU = List.of(".data..percpu", ".data.percpu");

    private static final String THIS_MODULE = ".gnu.linkonce.this_module";

    private Address next = Address.of(0);

    /** Sets the address that the next module gets. */
    void next(Address cookie) {
        next = cookie;
    }

    @Override
    public Address allocate(long sizeBytes, long alignment) {
        return next;
    }

    @Override
    public void free(Address base) {
        // the kernel of the dump has done the accounting
    }

    /** The possible per-CPU base addresses of the module, at least one. */
    List<Address> candidates(LayoutPlan plan, KernelDump.Module module, SymbolMap symbols, MemoryReader memory) {
        ModuleFile file = plan.file();
        Optional<Section> section = PER_CPU.stream()
                .flatMap(name -> file.elf().section(name).stream())
                .filter(found -> plan.region(found).isEmpty())
                .findFirst();
        if (section.isEmpty() || section.get().sizeBytes() == 0) {
            return List.of(Address.of(0));
        }
        SymbolTable table = file.symbols();
        for (int i = 1; i < table.count(); i++) {
            boolean isThere = table.sectionIndex(i) == section.get().index() && !table.isNamed(i, "");
            if (isThere && !plan.archKernel().isMappingSymbol(table.name(i))) {
                Optional<KernelSymbol> seen = symbols.find(table.name(i));
                if (seen.isPresent()) {
                    return List.of(seen.get().value().plus(-table.value(i)));
                }
            }
        }
        return List.copyOf(guesses(file.elf(), section.get(), module, memory));
    }

    /** The aligned pointers in {@code struct module} that the size of the per-CPU section follows. */
    private static Set<Address> guesses(ElfFile elf, Section perCpu, KernelDump.Module module, MemoryReader memory) {
        Set<Address> guesses = new LinkedHashSet<>();
        Address at = module.sections().get(THIS_MODULE);
        Optional<Section> section = elf.section(THIS_MODULE);
        if (at != null && section.isPresent()) {
            byte[] bytes = new byte[Math.toIntExact(section.get().sizeBytes())];
            memory.read(at, bytes, 0, bytes.length);
            ByteBuffer words =
                    ByteBuffer.wrap(bytes).order(elf.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            int wordBytes = elf.elfClass().wordBytes();
            for (int i = 0; i + wordBytes + Integer.BYTES <= bytes.length; i += wordBytes) {
                long pointer = wordBytes == Integer.BYTES ? words.getInt(i) & 0xffff_ffffL : words.getLong(i);
                boolean isAligned = pointer != 0 && pointer % perCpu.alignment() == 0;
                if (isAligned && words.getInt(i + wordBytes) == perCpu.sizeBytes()) {
                    guesses.add(Address.of(pointer));
                }
            }
        }
        guesses.add(Address.of(0));
        return guesses;
    }
}
