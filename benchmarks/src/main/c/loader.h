/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a load around the kernel's arch/mips/kernel/module.c. Each returns 0, or a negative error number. */
#ifndef LOADER_H
#define LOADER_H

#include "shim.h"

/* The kernel's exports: names and values, found by hash. */
struct export {
    const char *name;
    Elf_Addr value;
    u32 hash;
};
struct exports {
    struct export *slots; /* a power of two of them; a slot without a name is free */
    size_t mask;
    size_t count;
};

/* Reads lines "ADDRESS LETTER NAME", as of System.map; exits if the file cannot be read. */
struct exports exports_read(const char *path);
const struct export *exports_find(const struct exports *exports, const char *name);

/* The buffer that receives a file, and the block of memory that receives a module's image; both are used again by the next load. */
struct workspace {
    u8 *file;
    size_t file_capacity;
    size_t file_bytes;
    u8 *block;
    size_t block_bytes;
};

/* What is known of a module during its load. */
struct load {
    struct module module;
    const struct exports *exports;
    Elf_Ehdr *header;
    Elf_Shdr *sections;
    char *section_names;
    unsigned int symbols, strings, info, versions, this_module, per_cpu;
    Elf_Sym *symbol_table;
    const char *names;
    size_t core_bytes, init_bytes;
    size_t core_symbols, core_symbols_offset, core_names_offset, core_letters_offset;
    size_t kallsyms_offset, letters_offset;
    u8 *core, *init;
    void *exception_table, *call_sites;
    size_t exceptions, sites;
};

int load_read(struct workspace *work, const char *path);
int load_parse(struct load *load, struct workspace *work);
int load_plan(struct load *load);
int load_copy(struct load *load, struct workspace *work);
int load_resolve(struct load *load);
int load_relocate(struct load *load);
int load_finish(struct load *load);

/* The allocated section of this name; 0 if there is none. */
unsigned int load_section(const struct load *load, const char *name);
/* Whether the kernel keeps this symbol after init: it names code outside the init sections. */
bool load_keeps(const struct load *load, const Elf_Sym *symbol);

#endif
