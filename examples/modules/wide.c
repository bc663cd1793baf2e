/* SPDX-License-Identifier: Apache-2.0
 *
 * wide: n64 code for a kernel that is linked anywhere in 64 bits (no -msym32): addresses are made of HIGHEST, HIGHER, HI16
 * and LO16. Its calls of _mcount have eight words, which the kernel's ftrace does not know: __mcount_loc is as
 * recordmcount would have it all the same.
 */
#include "module.h"

MODULE_INFO(license, "GPL"); /* data for the loader's licence rule; the source's own licence stands above */
MODULE_INFO(description, "Full 64-bit addresses");

struct station {
    const char *name;
    struct station *next;
    const void *low, *high;
};

extern char wide_external[];
static struct station last = {"last", 0, wide_external - 0x80000000L, wide_external + 0x7fff8000L};
struct station first = {"first", &last, &last.high, (const char *)&first + 0x123456789abcL};
static unsigned long visits;

unsigned long wide_walk(const struct station *station)
{
    for (station = station ? station : &first; station; station = station->next) {
        visits += station->name[0];
        _printk("%s %lu\n", station->name, visits);
    }
    return visits + (unsigned long)(wide_external + 0x8000) + (unsigned long)(wide_external - 0x8001);
}
EXPORT_SYMBOL(wide_walk);

static int __init wide_start(void)
{
    return wide_walk(&last) == jiffies ? -22 : 0;
}

static void __exit wide_stop(void)
{
    kfree(first.next);
}

module_init(wide_start);
module_exit(wide_stop);
