package io.modrt.engine.layout;

import io.modrt.kernel.ConfigOption;
import io.modrt.layout.RegionKind;
import io.modrt.memory.Permission;
import io.modrt.spi.ArchKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * The permissions that the kernel gives to a module's pages: the kernel's {@code module_enable_ro}, {@code module_enable_nx} and
 * {@code module_enable_x}.
 *
 * @param region the region
 * @param regionOffset where the pages begin, in bytes from the region's start
 * @param sizeBytes their size
 * @param permission their permission
 */
public record Protection(RegionKind region, long regionOffset, long sizeBytes, Permission permission) {

    /**
     * The permissions of all pages of a module, in the order of regions and addresses.
     *
     * @param isInitialised whether the module's init function has run, so that {@code .data..ro_after_init} is read-only and init memory gone
     */
    public static List<Protection> of(SectionLayout layout, ArchKernel kernel, boolean isInitialised) {
        boolean isStrict = kernel.protectsModules() && layout.profile().has(ConfigOption.STRICT_MODULE_RWX);
        List<Protection> all = new ArrayList<>();
        for (RegionKind kind : layout.regions()) {
            if (isInitialised && kind.isInit()) {
                continue;
            }
            long end = layout.sizeBytes(kind);
            if (!isStrict) {
                all.add(new Protection(kind, 0, end, Permission.READ_WRITE_EXECUTE));
            } else if (kind == RegionKind.CORE || kind == RegionKind.INIT) {
                addParts(all, kind, layout, isInitialised);
            } else {
                all.add(new Protection(kind, 0, end, permission(pass(kind), isInitialised)));
            }
        }
        return List.copyOf(all);
    }

    /** Adds the parts of a block until 6.3, which end with pages; parts of the same permission are one. */
    private static void addParts(List<Protection> all, RegionKind kind, SectionLayout layout, boolean isInitialised) {
        long from = 0;
        for (RegionRule.Pass pass :
                List.of(RegionRule.Pass.CODE, RegionRule.Pass.READ_ONLY, RegionRule.Pass.READ_ONLY_AFTER_INIT)) {
            boolean staysWritable = permission(pass, isInitialised) == Permission.READ_WRITE;
            long to = staysWritable ? from : layout.endOf(kind, pass);
            if (to > from) {
                all.add(new Protection(kind, from, to - from, permission(pass, isInitialised)));
                from = to;
            }
        }
        if (layout.sizeBytes(kind) > from) {
            all.add(new Protection(kind, from, layout.sizeBytes(kind) - from, Permission.READ_WRITE));
        }
    }

    private static RegionRule.Pass pass(RegionKind kind) {
        return switch (kind) {
            case TEXT, INIT_TEXT, CORE, INIT -> RegionRule.Pass.CODE;
            case RODATA, INIT_RODATA -> RegionRule.Pass.READ_ONLY;
            case RO_AFTER_INIT -> RegionRule.Pass.READ_ONLY_AFTER_INIT;
            case DATA, INIT_DATA -> RegionRule.Pass.WRITABLE;
        };
    }

    private static Permission permission(RegionRule.Pass pass, boolean isInitialised) {
        return switch (pass) {
            case CODE -> Permission.READ_EXECUTE;
            case READ_ONLY -> Permission.READ;
            case READ_ONLY_AFTER_INIT -> isInitialised ? Permission.READ : Permission.READ_WRITE;
            case WRITABLE, REST -> Permission.READ_WRITE;
        };
    }
}
