package io.modrt.proc;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleState;
import io.modrt.parameters.Parameter;
import io.modrt.parameters.ParameterType;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The attributes and sections of one module below {@code /sys/module}. */
final class SysModule {
    private static final int READABLE = 0444;

    private final LiveModule module;
    private final KernelProfile profile;
    private final int addressBytes;

    SysModule(LiveModule module, KernelProfile profile, int addressBytes) {
        this.module = module;
        this.profile = profile;
        this.addressBytes = addressBytes;
    }

    List<SysFile> files() {
        List<SysFile> files = new ArrayList<>();
        ModuleLine line = ModuleLine.of(module);
        if (profile.has(LoaderChange.SIZES_IN_SYSFS)) {
            files.add(new SysFile("coresize", ModuleLine.coreBytes(module) + "\n"));
            files.add(new SysFile("initsize", ModuleLine.initBytes(module) + "\n"));
            files.add(new SysFile("taint", Taint.letters(line.taints()) + "\n"));
        }
        if (profile.has(LoaderChange.TAINTS_OF_MODULES)) { // why: both came with 2.6.20
            files.add(new SysFile("initstate", initState() + "\n"));
        }
        if (profile.has(ConfigOption.MODULE_UNLOAD)) {
            files.add(new SysFile("refcnt", line.references() + "\n"));
        }
        for (String tag : List.of("version", "srcversion")) {
            module.file().info().first(tag).ifPresent(value -> files.add(new SysFile(tag, value + "\n")));
        }
        files.addAll(sections());
        for (Parameter parameter : module.parameters()) {
            if (parameter.permissions() != 0) {
                files.add(new SysFile("parameters/" + parameter.name(), text(parameter)));
            }
        }
        return files;
    }

    /** What a reader of a parameter gets: nothing of what nobody may read, nor of an array without elements. */
    private static String text(Parameter parameter) {
        Optional<String> value = (parameter.permissions() & READABLE) == 0 ? Optional.empty() : parameter.value();
        boolean hasLine = value.isPresent()
                && !(parameter.type() == ParameterType.ARRAY && value.get().isEmpty());
        return hasLine ? value.get() + "\n" : "";
    }

    private String initState() {
        if (module.state() == ModuleState.GOING) {
            return "going";
        }
        return ModuleLine.isComing(module.state()) ? "coming" : "live";
    }

    /** The sections, unless two have one name: then making the second file fails, and the kernel goes on without any. */
    private List<SysFile> sections() {
        if (!profile.has(ConfigOption.KALLSYMS)) {
            return List.of();
        }
        List<SysFile> files = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : module.file().elf().sections()) {
            Optional<Address> address = module.placed().address(section);
            boolean isShown = address.isPresent()
                    && (module.placed().shape(section).sizeBytes() > 0
                            || !profile.has(LoaderChange.EMPTY_SECTIONS_HIDDEN));
            if (isShown && !names.add(section.name())) {
                return List.of();
            }
            if (isShown) {
                files.add(new SysFile("sections/" + section.name(), text(address.get())));
            }
        }
        return files;
    }

    private String text(Address address) {
        String digits = profile.has(LoaderChange.SECTION_ADDRESSES_PADDED)
                ? ModuleLine.hex(address, addressBytes)
                : Long.toHexString(address.value());
        return "0x" + digits + "\n";
    }
}
