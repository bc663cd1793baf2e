/* SPDX-License-Identifier: Apache-2.0
 *
 * visitor: a module that needs another. It calls what greeter exports, plain, GPL-only and from the namespace that it
 * imports, with the CRCs that greeter gives. It has per-CPU data, one word of which the kernel should relocate and does
 * not, and it keeps its DWARF, so that the relocation of sections that are not loaded has a subject.
 */
#include "module.h"

MODULE_INFO(license, "GPL"); /* data for the loader's licence rule; the source's own licence stands above */
MODULE_INFO(import_ns, "GREETER");
MODULE_INFO(softdep, "pre: greeter");

int greet(int mood);
void *greet_alloc(unsigned long size);
void greet_secretly(const void *room);
extern unsigned long greeter_count;

struct visit {
    unsigned long *total;
    unsigned long calls[2];
};

static unsigned long total;
static struct visit visit section_(".data..percpu") = {&total, {1, 2}};
static void *room;

/* How the kernel finds its CPU's copy: the symbol's value, plus the offset of the CPU. */
extern unsigned long __per_cpu_offset[];
static struct visit *visit_of(unsigned int cpu)
{
    return (struct visit *)((unsigned long)&visit + __per_cpu_offset[cpu]);
}

int visitor_call(unsigned int cpu)
{
    visit_of(cpu)->calls[0]++;
    total += greeter_count;
    return greet((int)(total & 7));
}
EXPORT_SYMBOL_GPL(visitor_call);

static int __init visitor_start(void)
{
    room = greet_alloc(24);
    return room ? visitor_call(0) : -12;
}

static void __exit visitor_stop(void)
{
    greet_secretly(room);
}

module_init(visitor_start);
module_exit(visitor_stop);

#ifdef __aarch64__
/* This CPU's copy, by the register that holds the CPU's offset. Capability 37 of Linux 6.1 (the kernel runs at EL2) selects the
 * other register: an alternative of 12 bytes {original, replacement, capability, length, length}. */
unsigned long visitor_calls(void)
{
    unsigned long offset;
    asm volatile("1:\tmrs\t%0, tpidr_el1\n"
                 "2:\n"
                 "\t.pushsection .altinstructions, \"a\"\n"
                 "\t.4byte\t1b - ., 3f - .\n"
                 "\t.2byte\t37\n"
                 "\t.byte\t2b - 1b, 4f - 3f\n"
                 "\t.popsection\n"
                 "\t.subsection 1\n"
                 "3:\tmrs\t%0, tpidr_el2\n"
                 "4:\n"
                 "\t.previous"
                 : "=r"(offset));
    return ((struct visit *)((unsigned long)&visit + offset))->calls[0];
}
#endif
