package io.modrt.proc;

import io.modrt.address.Address;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleState;
import io.modrt.policy.Taint;
import io.modrt.version.LoaderChange;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * What {@code /proc/modules} says of one module.
 *
 * @param module its name
 * @param sizeBytes the size of its memory: core, and init until that is freed
 * @param references the references to it, with that of its own load
 * @param users the modules that use it, the most recent first
 * @param isPermanent whether it has an init function and no exit function
 * @param state its state; the kernel knows no {@link ModuleState#LOADED}, which the line shows as coming
 * @param address where its memory begins
 * @param taints what it taints the kernel with
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ModuleLine(
        String module,
        long sizeBytes,
        int references,
        List<String> users,
        boolean isPermanent,
        ModuleState state,
        Address address,
        Set<Taint> taints) {

    /** Copies the lists. */
    public ModuleLine {
        users = List.copyOf(users);
        taints = Set.copyOf(taints);
    }

    /** What the kernel says of {@code module} now. */
    public static ModuleLine of(LiveModule module) {
        ModuleState state = module.state();
        return new ModuleLine(
                module.name(),
                coreBytes(module) + initBytes(module),
                module.references() + (isComing(state) ? 1 : 0),
                module.users().stream().map(LiveModule::name).toList(),
                module.isPermanent(),
                state,
                base(module),
                module.taints());
    }

    static boolean isComing(ModuleState state) {
        return state == ModuleState.COMING || state == ModuleState.LOADED;
    }

    static long coreBytes(LiveModule module) {
        return bytes(module, false);
    }

    static long initBytes(LiveModule module) {
        return module.isInitDropped() ? 0 : bytes(module, true);
    }

    private static long bytes(LiveModule module, boolean init) {
        return module.placed().plan().regions().stream()
                .filter(region -> region.kind().isInit() == init)
                .mapToLong(region -> region.sizeBytes())
                .sum();
    }

    private static Address base(LiveModule module) {
        return module.placed()
                .range(RegionKind.CORE)
                .or(() -> module.placed().range(RegionKind.TEXT))
                .map(range -> range.start())
                .orElse(Address.of(0));
    }

    /** The line, without its end, as a kernel of this profile writes it. */
    String text(KernelProfile profile, int addressBytes) {
        StringBuilder line = new StringBuilder(module).append(' ').append(sizeBytes);
        if (profile.has(ConfigOption.MODULE_UNLOAD)) {
            line.append(' ').append(references).append(' ');
            users.forEach(user -> line.append(user).append(','));
            line.append(isPermanent ? "[permanent]," : "");
            line.append(users.isEmpty() && !isPermanent ? "-" : "");
        } else {
            line.append(" - -");
        }
        line.append(state == ModuleState.GOING ? " Unloading" : isComing(state) ? " Loading" : " Live");
        line.append(" 0x").append(hex(address, addressBytes));
        if (!taints.isEmpty() && profile.has(LoaderChange.TAINTS_OF_MODULES)) {
            line.append(" (")
                    .append(Taint.letters(taints))
                    .append(sign(profile))
                    .append(')');
        }
        return line.toString();
    }

    private String sign(KernelProfile profile) {
        if (!profile.has(LoaderChange.STATE_BEHIND_TAINTS)) {
            return "";
        }
        return state == ModuleState.GOING ? "-" : isComing(state) ? "+" : "";
    }

    /** The hexadecimal digits of an address in its full width. */
    static String hex(Address address, int addressBytes) {
        String digits = Long.toHexString(address.value());
        return "0".repeat(Math.max(0, 2 * addressBytes - digits.length())) + digits;
    }
}
