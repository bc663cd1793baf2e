/* SPDX-License-Identifier: Apache-2.0 */
/* From a copied image to a finished one: symbols, relocations, and what the kernel does after them. */
#include "loader.h"

#define PER_CPU_BASE 0x1000

/* What find_module_sections asks for; an answer is used below or is none of this program's business, but each question takes its time. */
static const char *const sought[] = {
    "__param", "__ksymtab", "__kcrctab", "__ksymtab_gpl", "__kcrctab_gpl", ".ctors", ".init_array", ".noinstr.text",
    "__tracepoints_ptrs", "___srcu_struct_ptrs", "__bpf_raw_tp_map", "_ftrace_events", "_ftrace_eval_map", "__trace_printk_fmt",
    "_error_injection_whitelist", ".kprobes.text", "_kprobe_blacklist", ".printk_index", "__obsparm", "__dyndbg", "__dyndbg_classes"};
static volatile unsigned int found;

static void *table_of(struct load *load, const char *name, size_t entry_bytes, size_t *count) {
    unsigned int index = load_section(load, name);
    *count = index == 0 ? 0 : load->sections[index].sh_size / entry_bytes;
    return (void *)(uintptr_t)load->sections[index].sh_addr;
}

int load_resolve(struct load *load) {
    for (size_t i = 0; i < ARRAY_SIZE(sought); i++) {
        found = load_section(load, sought[i]);
    }
    load->exception_table = table_of(load, "__ex_table", 2 * sizeof(Elf_Addr), &load->exceptions);
    load->call_sites = table_of(load, "__mcount_loc", sizeof(Elf_Addr), &load->sites);
    load->module.jump_entries = table_of(load, "__jump_table", 3 * sizeof(Elf_Addr), &load->module.num_jump_entries);
    int error = 0;
    size_t count = load->sections[load->symbols].sh_size / sizeof(Elf_Sym);
    Elf_Sym *symbols = (Elf_Sym *)(uintptr_t)load->sections[load->symbols].sh_addr;
    for (size_t i = 1; i < count; i++) {
        Elf_Sym *symbol = &symbols[i];
        const char *name = load->names + symbol->st_name;
        if (symbol->st_shndx == SHN_UNDEF) {
            const struct export *export = exports_find(load->exports, name);
            if (export != NULL) {
                symbol->st_value = export->value;
            } else if (ELF_ST_BIND(symbol->st_info) != STB_WEAK) {
                fprintf(stderr, "%s: unknown symbol %s\n", load->module.name, name);
                error = -ENOENT;
            }
        } else if (symbol->st_shndx < load->header->e_shnum) {
            symbol->st_value += symbol->st_shndx == load->per_cpu ? PER_CPU_BASE : load->sections[symbol->st_shndx].sh_addr;
        } else if (symbol->st_shndx != SHN_ABS) {
            return -ENOEXEC;
        }
    }
    return error;
}

int load_relocate(struct load *load) {
    const char *names = (const char *)(uintptr_t)load->sections[load->strings].sh_addr;
    for (unsigned int i = 1; i < load->header->e_shnum; i++) {
        const Elf_Shdr *table = &load->sections[i];
        if (table->sh_info >= load->header->e_shnum || !(load->sections[table->sh_info].sh_flags & SHF_ALLOC)) {
            continue;
        }
        int error = 0;
        if (table->sh_type == SHT_REL) {
            error = apply_relocate(load->sections, names, load->symbols, i, &load->module);
        } else if (table->sh_type == SHT_RELA) {
#if BITS == 64
            error = apply_relocate_add(load->sections, names, load->symbols, i, &load->module);
#else
            error = -ENOEXEC;
#endif
        }
        if (error) {
            return error;
        }
    }
    return 0;
}

static int by_first_word(const void *left, const void *right) {
    Elf_Addr a = *(const Elf_Addr *)left, b = *(const Elf_Addr *)right;
    return (a > b) - (a < b);
}

/* Jump labels are sorted by key, those of one key by code. */
static int by_key(const void *left, const void *right) {
    const Elf_Addr *a = left, *b = right;
    int order = (a[2] > b[2]) - (a[2] < b[2]);
    return order ? order : by_first_word(left, right);
}

/* Sorts a table by the first word of each entry, unless it is sorted. */
static void sort(void *table, size_t count, size_t words) {
    const Elf_Addr *at = table;
    for (size_t i = 1; i < count; i++, at += words) {
        if (at[0] > at[words]) {
            qsort(table, count, words * sizeof(Elf_Addr), by_first_word);
            return;
        }
    }
}

static char letter_of(const struct load *load, const Elf_Sym *symbol) {
    if (ELF_ST_BIND(symbol->st_info) == STB_WEAK) {
        return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT ? 'v' : 'w';
    }
    if (symbol->st_shndx == SHN_UNDEF) {
        return 'U';
    }
    if (symbol->st_shndx == SHN_ABS || symbol->st_shndx == load->per_cpu) {
        return 'a';
    }
    if (symbol->st_shndx >= SHN_LORESERVE) {
        return '?';
    }
    const Elf_Shdr *section = &load->sections[symbol->st_shndx];
    if (section->sh_flags & SHF_EXECINSTR) {
        return 't';
    }
    if ((section->sh_flags & SHF_ALLOC) && section->sh_type != SHT_NOBITS) {
        return section->sh_flags & SHF_WRITE ? 'd' : 'r';
    }
    if (section->sh_type == SHT_NOBITS) {
        return 'b';
    }
    return strncmp(load->section_names + section->sh_name, ".debug", 6) == 0 ? 'n' : '?';
}

/* Fills the tables that kallsyms reads: all symbols in the init block, those that stay in the core block. */
static void add_kallsyms(struct load *load) {
    const Elf_Sym *symbols = (const Elf_Sym *)(uintptr_t)load->sections[load->symbols].sh_addr;
    const char *names = (const char *)(uintptr_t)load->sections[load->strings].sh_addr;
    size_t count = load->sections[load->symbols].sh_size / sizeof(Elf_Sym), kept = 0;
    Elf_Sym *core = (Elf_Sym *)(load->core + load->core_symbols_offset);
    char *core_names = (char *)load->core + load->core_names_offset, *name = core_names;
    char *letters = (char *)load->init + load->letters_offset, *core_letters = (char *)load->core + load->core_letters_offset;
    for (size_t i = 0; i < count; i++) {
        letters[i] = letter_of(load, &symbols[i]);
        if (i == 0 || load_keeps(load, &symbols[i])) {
            core_letters[kept] = letters[i];
            core[kept] = symbols[i];
            core[kept].st_name = (u32)(name - core_names);
            name = stpcpy(name, names + symbols[i].st_name) + 1;
            kept++;
        }
    }
    Elf_Addr *head = (Elf_Addr *)(load->init + load->kallsyms_offset);
    head[0] = (Elf_Addr)(uintptr_t)symbols;
    head[1] = count;
    head[2] = (Elf_Addr)(uintptr_t)names;
    head[3] = (Elf_Addr)(uintptr_t)letters;
}

/* A branch to the instruction after next is what compilers put where a jump is off; others are jumps that are on. */
void jump_label_apply_nops(struct module *module) {
    const Elf_Addr *entry = module->jump_entries;
    for (size_t i = 0; i < module->num_jump_entries; i++, entry += 3) {
        u32 *code = (u32 *)(uintptr_t)entry[0];
        if (*code == 0x10000001) {
            *code = 0;
        }
    }
}

/* Switches the function tracer's call sites off, as ftrace_module_init does: a branch over each call. */
static void switch_off(struct load *load) {
    const Elf_Addr *site = load->call_sites;
    for (size_t i = 0; i < load->sites; i++) {
        u32 *code = (u32 *)(uintptr_t)site[i];
        if (BITS == 32) {
            code[0] = 0x10000005;
            code[1] = 0;
        } else {
            code[0] = 0x10000004;
        }
    }
}

int load_finish(struct load *load) {
    sort(load->exception_table, load->exceptions, 2);
    add_kallsyms(load);
    int error = module_finalize(load->header, load->sections, &load->module);
    if (error) {
        return error;
    }
    qsort(load->module.jump_entries, load->module.num_jump_entries, 3 * sizeof(Elf_Addr), by_key);
    sort(load->call_sites, load->sites, 1);
    switch_off(load);
    module_arch_cleanup(&load->module);
    return 0;
}
