package io.modrt.conformance;

import io.modrt.elf.ElfFile;
import io.modrt.testkit.port.LinkerInput;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The linker script with which GNU ld places a PA-RISC module's sections at modrt's addresses, and its own additions in front or behind. */
final class PariscScript {
    /** The sections that 64-bit ld adds: slots for addresses, at offsets from r27, and descriptors of functions. */
    static final List<String> TABLES = List.of(".dlt", ".opd");

    private final ElfFile module;
    private final Target target;
    private final SortedMap<Integer, Long> sections;
    private final long gp;
    private final long behind;

    /**
     * Takes what the script needs.
     *
     * @param sections the address of each section, by number
     * @param gp the value of r27 on 64 bit, where the slots are placed
     * @param behind an address behind the module, where descriptors are placed
     */
    PariscScript(ElfFile module, Target target, SortedMap<Integer, Long> sections, long gp, long behind) {
        this.module = module;
        this.target = target;
        this.sections = sections;
        this.gp = gp;
        this.behind = behind;
    }

    /** The script. It begins with a comment, since ld takes a file that begins with {@code $$} for S-records. */
    String text(Map<String, Long> externals) {
        StringBuilder script = new StringBuilder("/* a module's sections, each where modrt has it */\n");
        script.append(LinkerInput.definitions(externals));
        if (target.is64Bit()) {
            script.append(LinkerInput.definitions(Map.of("__gp", gp)));
        }
        script.append("SECTIONS {\n");
        sections.forEach((index, address) -> {
            String name = LinkerInput.name(index);
            long end = address + module.section(index).sizeBytes();
            // why: the address counts from the section's end, since 32-bit ld makes the stubs in front of it part of it
            script.append(
                    "  %s 0x%x - SIZEOF(%s) : { \"start of %s\" = .; *(%s) }\n".formatted(name, end, name, name, name));
        });
        if (target.is64Bit()) {
            script.append("  .dlt 0x%x : { *(.dlt) }\n  .opd 0x%x : { *(.opd) }\n".formatted(gp, behind));
            // why: without a .data section ld fails silently
            script.append("  .data : { \"start of .data\" = .; }\n");
        } else {
            script.append("  /DISCARD/ : { *(*) }\n");
        }
        return script.append("}\n").toString();
    }
}
