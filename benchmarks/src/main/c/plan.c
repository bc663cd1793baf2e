/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a file to its image: the checks, the layout and the copy. */
#include "loader.h"

#define INIT_BIT ((Elf_Addr)1 << (BITS - 1))
#define NOT_PLACED (~(Elf_Addr)0)
#define RO_AFTER_INIT 0x200000u

static size_t align(size_t offset, size_t alignment) {
    return alignment > 1 ? (offset + alignment - 1) & ~(alignment - 1) : offset;
}

static bool starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

unsigned int load_section(const struct load *load, const char *name) {
    for (unsigned int i = 1; i < load->header->e_shnum; i++) {
        const Elf_Shdr *section = &load->sections[i];
        if ((section->sh_flags & SHF_ALLOC) && strcmp(load->section_names + section->sh_name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* The value of the first entry "tag=value" of .modinfo. */
static const char *info_of(const struct load *load, const char *tag) {
    const Elf_Shdr *info = &load->sections[load->info];
    const char *at = (const char *)load->header + info->sh_offset, *end = at + info->sh_size;
    size_t length = strlen(tag);
    while (load->info != 0 && at < end) {
        if (strncmp(at, tag, length) == 0 && at[length] == '=') {
            return at + length + 1;
        }
        at += strlen(at) + 1;
    }
    return NULL;
}

static bool lies_within(const Elf_Shdr *section, size_t bytes) {
    return section->sh_offset + section->sh_size >= section->sh_offset && section->sh_offset + section->sh_size <= bytes;
}

/* Whether every section lies within the file, and the tables are there. */
static int check(struct load *load, size_t bytes) {
    Elf_Ehdr *header = load->header;
    if (bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_type != ET_REL ||
        header->e_machine != EM_MIPS || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_ident[EI_CLASS] != (BITS == 64 ? ELFCLASS64 : ELFCLASS32) || header->e_shentsize != sizeof(Elf_Shdr) ||
        header->e_shoff >= bytes || header->e_shnum * sizeof(Elf_Shdr) > bytes - header->e_shoff ||
        header->e_shstrndx == 0 || header->e_shstrndx >= header->e_shnum) {
        return -ENOEXEC;
    }
    load->sections = (Elf_Shdr *)((u8 *)header + header->e_shoff);
    const Elf_Shdr *names = &load->sections[header->e_shstrndx];
    if (!lies_within(names, bytes) || names->sh_size == 0) {
        return -ENOEXEC;
    }
    load->section_names = (char *)header + names->sh_offset;
    if (load->section_names[names->sh_size - 1] != 0) {
        return -ENOEXEC;
    }
    for (unsigned int i = 1; i < header->e_shnum; i++) {
        const Elf_Shdr *section = &load->sections[i];
        if (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS) {
            continue;
        }
        if (!lies_within(section, bytes) || section->sh_name >= names->sh_size ||
            (section->sh_type == SHT_SYMTAB && (section->sh_link == 0 || section->sh_link >= header->e_shnum))) {
            return -ENOEXEC;
        }
    }
    return 0;
}

int load_parse(struct load *load, struct workspace *work) {
    load->header = (Elf_Ehdr *)work->file;
    int error = check(load, work->file_bytes);
    if (error) {
        return error;
    }
    for (unsigned int i = 1; i < load->header->e_shnum; i++) {
        Elf_Shdr *section = &load->sections[i];
        section->sh_addr = (Elf_Addr)(uintptr_t)(work->file + section->sh_offset);
        if (section->sh_type == SHT_SYMTAB && load->symbols == 0) {
            load->symbols = i;
            load->strings = section->sh_link;
        }
    }
    load->info = load_section(load, ".modinfo");
    load->this_module = load_section(load, ".gnu.linkonce.this_module");
    if (load->symbols == 0 || load->this_module == 0) {
        return -ENOEXEC;
    }
    load->symbol_table = (Elf_Sym *)(uintptr_t)load->sections[load->symbols].sh_addr;
    load->names = (const char *)(uintptr_t)load->sections[load->strings].sh_addr;
    load->versions = load_section(load, "__versions");
    load->per_cpu = load_section(load, ".data..percpu");
    load->module.name = info_of(load, "name");
    load->sections[load->versions].sh_flags &= ~(Elf_Addr)SHF_ALLOC;
    load->sections[load->info].sh_flags &= ~(Elf_Addr)SHF_ALLOC;
    static const char *const asked[] = {"vermagic", "intree", "retpoline", "staging", "livepatch", "license", "test", "version", "srcversion"};
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        if (info_of(load, asked[i]) == NULL && i == 0) {
            return -ENOEXEC;
        }
    }
    return 0;
}

static bool is_init(const struct load *load, const Elf_Shdr *section) {
    return starts(load->section_names + section->sh_name, ".init");
}

/* Gives each section of one block its offset: code, constants, what is constant after init, data, the rest. */
static size_t lay_out(struct load *load, bool init) {
    static const u32 passes[][2] = {
        {SHF_EXECINSTR | SHF_ALLOC, 0}, {SHF_ALLOC, SHF_WRITE}, {RO_AFTER_INIT | SHF_ALLOC, 0}, {SHF_WRITE | SHF_ALLOC, 0}, {SHF_ALLOC, 0}};
    size_t size = 0;
    for (size_t pass = 0; pass < ARRAY_SIZE(passes); pass++) {
        for (unsigned int i = 0; i < load->header->e_shnum; i++) {
            Elf_Shdr *section = &load->sections[i];
            if ((section->sh_flags & passes[pass][0]) != passes[pass][0] || (section->sh_flags & passes[pass][1]) ||
                section->sh_entsize != NOT_PLACED || is_init(load, section) != init) {
                continue;
            }
            size = align(size, section->sh_addralign);
            section->sh_entsize = size | (init ? INIT_BIT : 0);
            size += section->sh_size;
        }
    }
    return size;
}

bool load_keeps(const struct load *load, const Elf_Sym *symbol) {
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= load->header->e_shnum || symbol->st_name == 0) {
        return false;
    }
    const Elf_Shdr *section = &load->sections[symbol->st_shndx];
    return (section->sh_flags & SHF_ALLOC) && (section->sh_flags & SHF_EXECINSTR) && !(section->sh_entsize & INIT_BIT);
}

static void place_in_init(struct load *load, unsigned int index) {
    Elf_Shdr *section = &load->sections[index];
    section->sh_flags |= SHF_ALLOC;
    load->init_bytes = align(load->init_bytes, section->sh_addralign);
    section->sh_entsize = load->init_bytes | INIT_BIT;
    load->init_bytes += section->sh_size;
}

/* Makes room for the symbols that stay, behind the core block, and for all symbols, behind the init block. */
static void lay_out_symbols(struct load *load) {
    const Elf_Shdr *table = &load->sections[load->symbols];
    size_t count = table->sh_size / sizeof(Elf_Sym), kept = 0, name_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || load_keeps(load, &load->symbol_table[i])) {
            name_bytes += strlen(load->names + load->symbol_table[i].st_name) + 1;
            kept++;
        }
    }
    load->core_symbols = kept;
    load->core_symbols_offset = align(load->core_bytes, table->sh_addralign);
    load->core_names_offset = load->core_symbols_offset + kept * sizeof(Elf_Sym);
    load->core_letters_offset = load->core_names_offset + name_bytes;
    load->core_bytes = load->core_letters_offset + kept;
    place_in_init(load, load->symbols);
    place_in_init(load, load->strings);
    load->kallsyms_offset = align(load->init_bytes, BITS / 8);
    load->letters_offset = load->kallsyms_offset + 4 * BITS / 8;
    load->init_bytes = load->letters_offset + count;
}

int load_plan(struct load *load) {
    load->sections[load->per_cpu].sh_flags &= ~(Elf_Addr)SHF_ALLOC;
    load->sections[load_section(load, ".data..ro_after_init")].sh_flags |= RO_AFTER_INIT;
    load->sections[load_section(load, "__jump_table")].sh_flags |= RO_AFTER_INIT;
    load->sections[0].sh_flags = 0;
    for (unsigned int i = 0; i < load->header->e_shnum; i++) {
        load->sections[i].sh_entsize = NOT_PLACED;
    }
    load->core_bytes = lay_out(load, false);
    load->init_bytes = lay_out(load, true);
    lay_out_symbols(load);
    return 0;
}

int load_copy(struct load *load, struct workspace *work) {
    size_t core_pages = align(load->core_bytes, 4096), init_pages = align(load->init_bytes, 4096);
    if (core_pages + init_pages > work->block_bytes) {
        return -ENOMEM;
    }
    load->core = work->block;
    load->init = work->block + core_pages;
    memset(load->core, 0, core_pages + init_pages);
    for (unsigned int i = 0; i < load->header->e_shnum; i++) {
        Elf_Shdr *section = &load->sections[i];
        if (!(section->sh_flags & SHF_ALLOC)) {
            continue;
        }
        u8 *to = (section->sh_entsize & INIT_BIT ? load->init : load->core) + (section->sh_entsize & ~INIT_BIT);
        if (section->sh_type != SHT_NOBITS) {
            memcpy(to, (void *)(uintptr_t)section->sh_addr, section->sh_size);
        }
        section->sh_addr = (Elf_Addr)(uintptr_t)to;
    }
    return 0;
}
