/* SPDX-License-Identifier: Apache-2.0
 *
 * What a kernel module says to the module loader, in our own declarations: section names, record shapes and sizes as
 * the loader of Linux 6.1 reads them (for RISC-V that of 6.12). No kernel header is used. What modpost would add (this_module,
 * __versions, the CRCs of the exports) the build script writes; see `build`.
 */
#ifndef MODULE_H
#define MODULE_H

#ifdef __LP64__
#define PTR ".dword"
#define PTR_ALIGN ".balign 8"
#else
#define PTR ".word"
#define PTR_ALIGN ".balign 4"
#endif

/* The fields of an export record are pointers, or signed 32-bit distances from the field itself. */
#if defined __aarch64__ || defined __x86_64__
#define EXPORT_FIELD ".4byte"
#define EXPORT_FIELDS_ALIGN ".balign 4"
#define FROM_FIELD " - ."
#else
#define EXPORT_FIELD PTR
#define EXPORT_FIELDS_ALIGN PTR_ALIGN
#define FROM_FIELD ""
#endif

/* A pointer to a function is that of its descriptor, where there are descriptors. */
#if defined __hppa__ && defined __LP64__
#define CODE "P%"
#else
#define CODE ""
#endif

#define section_(name) __attribute__((section(name)))
#define used_in(name) __attribute__((section(name), used))
#define __init section_(".init.text")
#define __exit section_(".exit.text")
#define __initdata section_(".init.data")
#define noinline __attribute__((noinline))
#define cat_(a, b) a##b
#define cat(a, b) cat_(a, b)

/* One `tag=value` string of .modinfo. */
#define MODULE_INFO(tag, value) \
    static const char cat(modinfo_, __COUNTER__)[] used_in(".modinfo") __attribute__((aligned(1))) = #tag "=" value

/* One exported symbol: {value, name, namespace}; `table` is "" or "_gpl", `kind` CODE or "". The linker script sorts the
 * input sections by name, since the loader searches the table by bisection. */
#define EXPORT_IN(table, kind, symbol, namespace)                                                  \
    asm(".section \"__ksymtab_strings\",\"aMS\",@progbits,1\n"                                      \
        "__kstrtab_" #symbol ":\n\t.asciz \"" #symbol "\"\n"                                        \
        "__kstrtabns_" #symbol ":\n\t.asciz \"" namespace "\"\n"                                    \
        ".previous\n"                                                                              \
        ".section \"___ksymtab" table "+" #symbol "\",\"a\"\n\t" EXPORT_FIELDS_ALIGN "\n"               \
        "__ksymtab_" #symbol ":\n\t" EXPORT_FIELD " " kind #symbol FROM_FIELD ", __kstrtab_" #symbol FROM_FIELD \
        ", __kstrtabns_" #symbol FROM_FIELD "\n.previous")
#define EXPORT_SYMBOL(symbol) EXPORT_IN("", CODE, symbol, "")
#define EXPORT_SYMBOL_GPL(symbol) EXPORT_IN("_gpl", CODE, symbol, "")
#define EXPORT_SYMBOL_NS_GPL(symbol, namespace) EXPORT_IN("_gpl", CODE, symbol, #namespace)
#define EXPORT_DATA(symbol) EXPORT_IN("", "", symbol, "")

struct module;
extern struct module __this_module;

/* A parameter: 20 bytes in 32-bit modules, 40 in 64-bit ones. */
struct kernel_param_ops;
extern const struct kernel_param_ops param_ops_int, param_ops_charp;
struct kernel_param {
    const char *name;
    struct module *mod;
    const struct kernel_param_ops *ops;
    const unsigned short perm;
    signed char level;
    unsigned char flags;
    void *arg;
};
#define module_param(variable, kind, mode)                                                      \
    static const struct kernel_param param_##variable used_in("__param")                        \
            __attribute__((aligned(sizeof(void *)))) =                                          \
            {#variable, &__this_module, &param_ops_##kind, mode, -1, 0, &variable};             \
    MODULE_INFO(parmtype, #variable ":" #kind)

/* A static key: the count of enablers, then the type bit (1 = initially true) or, in memory, the first table entry. */
struct static_key {
    int enabled;
    unsigned long type;
};

#define module_init(function) int init_module(void) __attribute__((alias(#function)))
#define module_exit(function) void cleanup_module(void) __attribute__((alias(#function)))

/* What the kernel exports. */
int _printk(const char *format, ...);
void *__kmalloc(unsigned long size, unsigned int flags);
void kfree(const void *object);
extern unsigned long volatile jiffies;

#endif
