package io.modrt.conformance;

import io.modrt.elf.ElfFile;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The linker script by which GNU ld puts a PA-RISC module's sections where modrt has them, and its own additions in front or behind. */
final class PariscScript {
    /** What 64-bit ld adds: slots for addresses, counted from r27, and descriptors of functions. */
    static final List<String> TABLES = List.of(".dlt", ".opd");

    private final ElfFile module;
    private final Target target;
    private final SortedMap<Integer, Long> sections;
    private final long gp;
    private final long behind;

    /**
     * Keeps what the script needs.
     *
     * @param sections the address of each section, by number
     * @param gp what r27 is to be on 64 bit, where the slots are put
     * @param behind an address behind the module, where descriptors are put
     */
    PariscScript(ElfFile module, Target target, SortedMap<Integer, Long> sections, long gp, long behind) {
        this.module = module;
        this.target = target;
        this.sections = sections;
        this.gp = gp;
        this.behind = behind;
    }

    /** The script; it begins with a comment, since one that begins with {@code $$} is taken for S-records. */
    String text(Map<String, Long> externals) {
        StringBuilder script = new StringBuilder("/* a module's sections, each where modrt has it */\n");
        GnuLd.define(script, externals);
        if (target.is64Bit()) {
            GnuLd.define(script, Map.of("__gp", gp));
        }
        script.append("SECTIONS {\n");
        sections.forEach((index, address) -> {
            String name = LdInput.name(index);
            long end = address + module.section(index).sizeBytes();
            // why from the end: what 32-bit ld puts in front of a section, stubs, is the section's first part
            script.append(
                    "  %s 0x%x - SIZEOF(%s) : { \"start of %s\" = .; *(%s) }\n".formatted(name, end, name, name, name));
        });
        if (target.is64Bit()) {
            script.append("  .dlt 0x%x : { *(.dlt) }\n  .opd 0x%x : { *(.opd) }\n".formatted(gp, behind));
            // why: without a .data it gives up, and does not say so
            script.append("  .data : { \"start of .data\" = .; }\n");
        } else {
            script.append("  /DISCARD/ : { *(*) }\n");
        }
        return script.append("}\n").toString();
    }
}
