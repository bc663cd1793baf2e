package io.modrt.verify;

import io.modrt.elf.Section;
import java.util.Set;

/** Why bytes of a section may differ from what was loaded although no site holds them. The items are those of the package's page. */
enum Leeway {
    /** They may not differ: every byte is computed. */
    NONE(0, ""),
    STRUCT_MODULE(1, "struct module"),
    DATA(14, "writable data"),
    AFTER_INIT(14, "read-only after init"),
    TRACEPOINTS(17, "tracepoints"),
    DEBUG_MESSAGES(20, "dynamic debug");

    static final String THIS_MODULE = ".gnu.linkonce.this_module";

    /** Tables of addresses in writable sections, which the kernel does no more than read or sort. */
    private static final Set<String> TABLES = Set.of(
            "__ex_table",
            "__jump_table",
            "__bug_table",
            "__tracepoints_ptrs",
            "__bpf_raw_tp_map",
            "___srcu_struct_ptrs",
            "_ftrace_events",
            "__trace_printk_fmt",
            "_kprobe_blacklist",
            ".altinstructions");

    private final int item;
    private final String text;

    Leeway(int item, String text) {
        this.item = item;
        this.text = text;
    }

    /** What a section as it is laid out allows. {@code siteTable} is the name of the table of tracing sites, empty without tracing. */
    static Leeway of(Section section, String siteTable) {
        String name = section.name();
        if (!section.isWritable() || TABLES.contains(name) || (!siteTable.isEmpty() && name.equals(siteTable))) {
            return NONE;
        }
        return switch (name) {
            case THIS_MODULE -> STRUCT_MODULE;
            case "__tracepoints" -> TRACEPOINTS;
            case "__dyndbg", "__dyndbg_classes" -> DEBUG_MESSAGES;
            case ".data..ro_after_init" -> AFTER_INIT;
            default -> DATA;
        };
    }

    boolean isData() {
        return this == DATA || this == AFTER_INIT;
    }

    /** For example {@code tracepoints (item 17)}. */
    String why() {
        return item == 0 ? "" : text + " (item " + item + ")";
    }
}
