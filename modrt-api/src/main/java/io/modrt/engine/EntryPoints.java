package io.modrt.engine;

import io.modrt.address.Address;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.engine.layout.ImageBytes;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.module.ModuleFile;
import io.modrt.spi.SectionImage;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The functions of a module that the kernel calls, as the pointers through which it does so: those in {@code struct module}, which
 * relocations against {@code init_module} and {@code cleanup_module} fill, and the constructors' table.
 *
 * @param constructors in the order in which they are called; none if the kernel calls none
 */
record EntryPoints(Optional<Address> init, Optional<Address> exit, List<Address> constructors) {
    private static final String INIT = "init_module";
    private static final String EXIT = "cleanup_module";

    /** Reads the pointers of the module that was relocated to {@code image}. */
    static EntryPoints of(Relocated relocated) {
        ModuleFile file = relocated.resolved().placed().file();
        KernelProfile profile = relocated.resolved().placed().profile();
        return new EntryPoints(
                pointer(relocated, file, INIT), pointer(relocated, file, EXIT), constructors(relocated, profile));
    }

    /** The pointer in {@code struct module}, or, in an object that has none, the symbol's value. */
    private static Optional<Address> pointer(Relocated relocated, ModuleFile file, String name) {
        Optional<Address> pointer = file.thisModule()
                .filter(section -> relocated.image().layout().isLoaded(section.index()))
                .flatMap(section -> field(relocated, file, section, name));
        if (pointer.isPresent()) {
            return pointer;
        }
        int index = file.symbols().indexOf(name);
        return index == SymbolTable.NONE || file.symbols().symbol(index).isUndefined()
                ? Optional.empty()
                : Optional.of(canonical(relocated, relocated.resolved().values().value(index)));
    }

    /** The pointer in {@code struct module} that a relocation against the symbol of this name fills. */
    private static Optional<Address> field(Relocated relocated, ModuleFile file, Section thisModule, String name) {
        SymbolTable symbols = file.symbols();
        ImageBytes image = relocated.image();
        for (RelocationSection relocations : file.elf().relocationSections(thisModule)) {
            for (int r = 0; r < relocations.count(); r++) {
                long offset = relocations.offset(r);
                int symbol = relocations.symbol(r);
                if (symbol > 0
                        && symbol < symbols.count()
                        && symbols.isNamed(symbol, name)
                        && offset >= 0
                        && offset <= thisModule.sizeBytes() - image.wordBytes()) {
                    return Optional.of(canonical(
                            relocated, image.section(thisModule.index()).pointer(offset)));
                }
            }
        }
        return Optional.empty();
    }

    private static Address canonical(Relocated relocated, long pointer) {
        return relocated.resolved().placed().plan().target().width().address(pointer);
    }

    private static List<Address> constructors(Relocated relocated, KernelProfile profile) {
        ImageBytes image = relocated.image();
        if (!profile.has(ConfigOption.CONSTRUCTORS)) {
            return List.of();
        }
        Optional<SectionImage> table = image.section(".ctors");
        if (table.isEmpty() && profile.has(LoaderChange.INIT_ARRAY)) {
            table = image.section(".init_array");
        }
        List<Address> constructors = new ArrayList<>();
        if (table.isPresent()) {
            SectionImage bytes = table.get();
            long end = bytes.section().sizeBytes() - image.wordBytes();
            for (long at = 0; at <= end; at += image.wordBytes()) {
                constructors.add(canonical(relocated, bytes.pointer(at)));
            }
        }
        return List.copyOf(constructors);
    }

    /** Whether the module can be unloaded by force alone: it has an init function, but none to undo what that did. */
    boolean isPermanent() {
        return init.isPresent() && exit.isEmpty();
    }
}
