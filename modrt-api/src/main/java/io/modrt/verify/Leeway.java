package io.modrt.verify;

import io.modrt.elf.Section;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import java.util.List;
import java.util.Set;

/** Why bytes of a section may differ from what was loaded although no site holds them. The items are those of the package's page. */
enum Leeway {
    /** They may not differ: every byte is computed. */
    NONE(0, ""),
    STRUCT_MODULE(1, "struct module"),
    DATA(14, "writable data"),
    AFTER_INIT(14, "read-only after init"),
    TRACEPOINTS(17, "tracepoints"),
    DEBUG_MESSAGES(20, "dynamic debug"),
    NOT_LOADED(21, "symbol of a section that is not loaded"),
    GENERATED(22, "generated at boot");

    static final String THIS_MODULE = ".gnu.linkonce.this_module";

    private static final String TRACEPOINT_TABLE = "__tracepoints";
    private static final Set<String> MESSAGE_TABLES = Set.of("__dyndbg", "__dyndbg_classes");

    /** Tables of addresses in writable sections, which the kernel does no more than read or sort. */
    private static final Set<String> TABLES = Set.of(
            "__ex_table",
            "__jump_table",
            "__bug_table",
            "__tracepoints_ptrs",
            "__bpf_raw_tp_map",
            "___srcu_struct_ptrs",
            "_ftrace_events",
            "_ftrace_eval_map",
            "__trace_printk_fmt",
            "_kprobe_blacklist",
            ".altinstructions");

    /** How the names of sections begin that hold constants, but are writable in the files of some architectures, since they are relocated. */
    private static final List<String> CONSTANT = List.of("__ksymtab", "__kcrctab", ".data.rel.ro");

    private final int item;
    private final String text;

    Leeway(int item, String text) {
        this.item = item;
        this.text = text;
    }

    /**
     * What a section as it is laid out allows in a kernel of this profile. {@code siteTable} is the name of the table of tracing sites, empty
     * without tracing.
     */
    static Leeway of(Section section, String siteTable, KernelProfile profile) {
        String name = section.name();
        if (!section.isWritable()
                || TABLES.contains(name)
                || CONSTANT.stream().anyMatch(name::startsWith)
                || (!siteTable.isEmpty() && name.equals(siteTable))) {
            return NONE;
        }
        if (isUnused(name, profile)) {
            return NONE;
        }
        return switch (name) {
            case THIS_MODULE -> STRUCT_MODULE;
            case TRACEPOINT_TABLE -> TRACEPOINTS;
            case "__dyndbg", "__dyndbg_classes" -> DEBUG_MESSAGES;
            case ".data..ro_after_init" -> AFTER_INIT;
            default -> DATA;
        };
    }

    /** Whether nobody writes to the section: the kernel does not know it, or the module's exit function alone uses it. */
    private static boolean isUnused(String name, KernelProfile profile) {
        return name.equals(".exit.data")
                || (name.equals(TRACEPOINT_TABLE) && !profile.has(ConfigOption.TRACEPOINTS))
                || (MESSAGE_TABLES.contains(name) && !profile.has(ConfigOption.DYNAMIC_DEBUG));
    }

    /** Whether the pointers that relocation puts into such a section stay, since the kernel writes to other fields of the structures. */
    boolean keepsPointers() {
        return this == STRUCT_MODULE || this == TRACEPOINTS || this == DEBUG_MESSAGES;
    }

    boolean isData() {
        return this == DATA || this == AFTER_INIT;
    }

    /** For example {@code tracepoints (item 17)}. */
    String why() {
        return item == 0 ? "" : text + " (item " + item + ")";
    }
}
