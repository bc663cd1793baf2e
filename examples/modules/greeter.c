/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter: the everyday module. It has what most real modules have: exports (plain, GPL-only, one in a namespace) with
 * CRCs, parameters, init and exit code, constants, strings, data and bss, notes, calls of the kernel, an absolute
 * symbol, a weak one that nobody defines, and a place for the function tracer in each function: calls of _mcount or
 * __fentry__ with their __mcount_loc, or nops with their __patchable_function_entries.
 * Its exception table and its jump labels, in an order that the kernel must sort, are in greeter-tables*.S.
 */
#include "module.h"

MODULE_INFO(license, "GPL"); /* data for the loader's licence rule; the source's own licence stands above */
MODULE_INFO(description, "Greets, and exports its greetings");
MODULE_INFO(version, "1.0");
MODULE_INFO(alias, "modrt-greeter");

static int loudness = 3;
module_param(loudness, int, 0644);
static char *name = "world";
module_param(name, charp, 0444);
MODULE_INFO(parm, "loudness:How loud to greet");

/* In greeter-tables*.S. */
extern const char greeter_magic[]; /* an absolute symbol: its value is its address */
long greeter_peek(const long *from);
long greeter_branch(long value);

/* Defined by nobody: its value is 0, and on PA-RISC that is an error. */
#ifndef __hppa__
extern void greeter_absent(void) __attribute__((weak));
#endif

/* Where code reaches only a few GB, address 0 is out of its reach, and a pointer must hold it. */
#if defined __aarch64__ || defined __riscv
static void (*const volatile absent)(void) = greeter_absent;
#else
#define absent greeter_absent
#endif

struct greeting {
    const char *text;
    void (*say)(const struct greeting *);
    unsigned long times;
};

static noinline void say_plain(const struct greeting *greeting)
{
    _printk("%s, %s\n", greeting->text, name);
}

static noinline void say_loud(const struct greeting *greeting)
{
    for (int i = 0; i < loudness; i++)
        say_plain(greeting);
}

static const struct greeting greetings[] = {
    {"hello", say_plain, 1},
    {"good morning", say_loud, 2},
    {"good evening", say_plain, 3},
};

unsigned long greeter_count section_(".data..read_mostly") = 1;
static unsigned long greeter_seed section_(".data..ro_after_init") = 0x8000;
static unsigned char buffer[80];
static const void *const anchors[] = {&greetings[1], buffer + 8, &greeter_count, (const void *)_printk};

/* A switch that becomes a table of code addresses in .rodata. */
int greet(int mood)
{
    const struct greeting *greeting = &greetings[0];
    switch (mood) {
    case 0: greeting = &greetings[2]; break;
    case 1: greeter_count += 7; break;
    case 2: greeting = &greetings[1]; break;
    case 3: buffer[mood] = 1; break;
    case 4: greeter_seed ^= jiffies; break;
    case 5: return (int)greeter_peek((const long *)greeter_magic);
    case 6: return (int)greeter_branch(mood);
    default: return -22;
    }
    greeting->say(greeting);
    return 0;
}
EXPORT_SYMBOL(greet);

void *greet_alloc(unsigned long size)
{
    unsigned char *room = __kmalloc(size + sizeof(buffer), 0xcc0);
    if (room) {
        greeter_count++;
        for (unsigned int i = 0; i < sizeof(buffer); i++)
            room[i] = buffer[i];
    }
    return room;
}
EXPORT_SYMBOL_GPL(greet_alloc);

void greet_secretly(const void *room)
{
#ifndef __hppa__
    if (absent)
        absent();
#endif
    kfree(room);
}
EXPORT_SYMBOL_NS_GPL(greet_secretly, GREETER);

EXPORT_DATA(greeter_count);

static char banner[] __initdata = "greeter: loaded\n";
static int (*const first)(int) used_in(".init.rodata") = greet;

static int __init greeter_start(void)
{
    _printk(banner);
    return anchors[loudness & 3] ? first(0) : 0;
}

static void __exit greeter_stop(void)
{
    _printk("greeter: %lu greetings\n", greeter_count);
}

module_init(greeter_start);
module_exit(greeter_stop);
