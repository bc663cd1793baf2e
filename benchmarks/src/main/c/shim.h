/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel's arch/mips/kernel/module.c expects of the kernel's headers, for a program in user space. The compiler is told to read this
 * file first; the headers that module.c includes are made empty by the build. Types are those of the ELF specification and of the n64 and o32
 * supplements: BITS, 32 or 64, chooses.
 */
#ifndef SHIM_H
#define SHIM_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#if BITS == 64
typedef Elf64_Ehdr Elf_Ehdr;
typedef Elf64_Shdr Elf_Shdr;
typedef Elf64_Sym Elf_Sym;
typedef Elf64_Addr Elf_Addr;
/* The n64 supplement packs three types into one entry. */
typedef struct {
    Elf64_Addr r_offset;
    u32 r_sym;
    u8 r_ssym;
    u8 r_type3;
    u8 r_type2;
    u8 r_type;
} Elf_Mips_Rel;
typedef struct {
    Elf64_Addr r_offset;
    u32 r_sym;
    u8 r_ssym;
    u8 r_type3;
    u8 r_type2;
    u8 r_type;
    s64 r_addend;
} Elf_Mips_Rela;
#define ELF_MIPS_R_SYM(entry) ((entry).r_sym)
#define ELF_MIPS_R_TYPE(entry) ((entry).r_type)
#define ELF_ST_BIND(info) ELF64_ST_BIND(info)
#else
typedef Elf32_Ehdr Elf_Ehdr;
typedef Elf32_Shdr Elf_Shdr;
typedef Elf32_Sym Elf_Sym;
typedef Elf32_Addr Elf_Addr;
typedef Elf32_Rel Elf_Mips_Rel;
typedef Elf32_Rela Elf_Mips_Rela;
#define ELF_MIPS_R_SYM(entry) ELF32_R_SYM((entry).r_info)
#define ELF_MIPS_R_TYPE(entry) ELF32_R_TYPE((entry).r_info)
#define ELF_ST_BIND(info) ELF32_ST_BIND(info)
#endif

#define R_MIPS_PC21_S2 60
#define R_MIPS_PC26_S2 61

/* Doubly linked circular lists. */
struct list_head {
    struct list_head *next, *prev;
};
#define LIST_HEAD(name) struct list_head name = {&(name), &(name)}
static inline void INIT_LIST_HEAD(struct list_head *head) { head->next = head->prev = head; }
static inline void list_add(struct list_head *entry, struct list_head *head) {
    entry->next = head->next;
    entry->prev = head;
    head->next->prev = entry;
    head->next = entry;
}
static inline void list_del(struct list_head *entry) {
    entry->next->prev = entry->prev;
    entry->prev->next = entry->next;
}
#define list_entry(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define list_for_each_entry(at, head, member)                                   \
    for (at = list_entry((head)->next, typeof(*at), member); &at->member != (head); \
         at = list_entry(at->member.next, typeof(*at), member))

/* Linux's error numbers; errno.h is not there for every 32-bit compiler. */
#define ENOENT 2
#define ENOEXEC 8
#define ENOMEM 12
#define EINVAL 22

/* One thread runs, so that a lock is nothing. */
typedef int spinlock_t;
#define DEFINE_SPINLOCK(name) spinlock_t name
#define spin_lock_irq(lock) ((void)(lock))
#define spin_unlock_irq(lock) ((void)(lock))
#define spin_lock_irqsave(lock, flags) ((void)(lock), (void)(flags = 0))
#define spin_unlock_irqrestore(lock, flags) ((void)(lock), (void)(flags))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define IS_ENABLED(option) (option)
#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
#define WARN(condition, ...) (condition)
#define WARN_ON(condition) (condition)
#define WARN_ON_ONCE(condition) (condition)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(bit) (1UL << (bit))
#define GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (BITS - 1 - (high))))
#define fallthrough __attribute__((__fallthrough__))
#define pr_err(...) ((void)fprintf(stderr, __VA_ARGS__))
#define pr_warn(...) ((void)fprintf(stderr, __VA_ARGS__))
#define pr_debug(...) ((void)0)
#define KERN_ERR ""
#define KERN_WARNING ""
#define printk(...) ((void)fprintf(stderr, __VA_ARGS__))
#define GFP_KERNEL 0
#define kmalloc(bytes, flags) malloc(bytes)
#define kfree(pointer) free(pointer)

#define CONFIG_JUMP_LABEL 1
#if BITS == 64
#define CONFIG_MODULES_USE_ELF_RELA 1
#endif

struct exception_table_entry {
    unsigned long insn;
    unsigned long nextinsn;
};
#define search_extable(entries, count, value) ((void)(entries), (void)(count), (void)(value), NULL)

struct mips_hi16;
struct mod_arch_specific {
    struct mips_hi16 *r_mips_hi16_list;
    struct list_head dbe_list;
    const struct exception_table_entry *dbe_start;
    const struct exception_table_entry *dbe_end;
};

/* A module while it is loaded: what module.c asks for, and its jump table. */
struct module {
    const char *name;
    struct mod_arch_specific arch;
    void *jump_entries;
    size_t num_jump_entries;
};

/* Defined by loader.c: turns the branches that are off into nops. */
void jump_label_apply_nops(struct module *module);

/* Defined by module.c. */
int apply_relocate(Elf_Shdr *sections, const char *names, unsigned int symbols, unsigned int table, struct module *module);
int apply_relocate_add(Elf_Shdr *sections, const char *names, unsigned int symbols, unsigned int table, struct module *module);
int module_finalize(const Elf_Ehdr *header, const Elf_Shdr *sections, struct module *module);
void module_arch_cleanup(struct module *module);

#endif
