package io.modrt.proc;

import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.load.KallsymsEntry;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** The kernel's files about its modules. Each call reads the modules as they are then. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KernelFiles {
    private final Supplier<List<LiveModule>> modules;

    /** The files about {@code modules}, the most recent first. */
    public KernelFiles(Supplier<List<LiveModule>> modules) {
        this.modules = modules;
    }

    private Stream<LiveModule> shown() {
        return modules.get().stream().filter(module -> module.state() != ModuleState.UNFORMED);
    }

    private static KernelProfile profile(LiveModule module) {
        return module.placed().plan().profile();
    }

    private static int addressBytes(LiveModule module) {
        return module.placed().plan().archKernel().width().bytes();
    }

    /** The lines of {@code /proc/modules} as values, the most recent module first. */
    public List<ModuleLine> moduleLines() {
        return shown().map(ModuleLine::of).toList();
    }

    /** {@code /proc/modules}. */
    public String modules() {
        return shown().map(module -> ModuleLine.of(module).text(profile(module), addressBytes(module)) + "\n")
                .collect(Collectors.joining());
    }

    /** What {@code lsmod} prints; users are in the order of {@code /proc/modules}. */
    public String lsmod() {
        StringBuilder text = new StringBuilder("Module                  Size  Used by\n");
        for (LiveModule module : shown().toList()) {
            ModuleLine line = ModuleLine.of(module);
            String users = String.join(",", line.users());
            text.append(String.format(
                            Locale.ROOT,
                            "%-19s %8d  %d",
                            line.module(),
                            ModuleLine.coreBytes(module),
                            line.references()))
                    .append(users.isEmpty() ? "" : " " + users)
                    .append('\n');
        }
        return text.toString();
    }

    /** The modules' lines of {@code /proc/kallsyms}. */
    public String kallsyms() {
        return shown().map(KernelFiles::kallsyms).collect(Collectors.joining());
    }

    /** The lines of {@code /proc/kallsyms} about one module. */
    public static String kallsyms(LiveModule module) {
        StringBuilder text = new StringBuilder();
        for (KallsymsEntry entry : module.kallsyms()) {
            text.append(ModuleLine.hex(entry.address(), addressBytes(module)))
                    .append(' ')
                    .append(entry.type())
                    .append(' ')
                    .append(entry.name())
                    .append("\t[")
                    .append(module.name())
                    .append("]\n");
        }
        return text.toString();
    }

    /** The files below {@code /sys/module/NAME} whose text the loader decides. */
    public static List<SysFile> sysModule(LiveModule module) {
        List<SysFile> files = new ArrayList<>(new SysModule(module, profile(module), addressBytes(module)).files());
        if (profile(module).has(ConfigOption.MODULE_UNLOAD)) {
            module.users().forEach(user -> files.add(new SysFile("holders/" + user.name(), "../../" + user.name())));
        }
        return List.copyOf(files);
    }
}
