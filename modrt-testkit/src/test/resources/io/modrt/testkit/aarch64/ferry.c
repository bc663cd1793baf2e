/* SPDX-License-Identifier: Apache-2.0
 *
 * A small module for the AArch64 subset of the tests: what C gives of adrp, add, ldr and bl. No kernel header is used. */
#define in(section_) __attribute__((section(section_), used))

int _printk(const char *format, ...);
void ferry_tail(void);
extern unsigned long jiffies;

static const char license[] in(".modinfo") __attribute__((aligned(1))) = "license=GPL";
static const char name[] in(".modinfo") __attribute__((aligned(1))) = "name=ferry";
static const char vermagic[] in(".modinfo") __attribute__((aligned(1))) =
        "vermagic=6.1.0 SMP mod_unload modversions aarch64 ";

unsigned long ferry_trips = 7;
unsigned long *ferry_pointers[2] = {&ferry_trips, &jiffies};

__attribute__((noinline)) unsigned long ferry_cross(void)
{
    ferry_tail();
    return ferry_trips + jiffies;
}

__attribute__((section(".init.text"))) int init_module(void)
{
    _printk("ferry: %lu\n", ferry_cross());
    return 0;
}

__attribute__((section(".exit.text"))) void cleanup_module(void)
{
    _printk("ferry: gone\n");
}

/* The sizes are ours: a name 24 bytes in, pointers to init and exit. */
struct module {
    char head[24];
    char name[56];
    char more[232];
    int (*init)(void);
    char between[488];
    void (*exit)(void);
    char tail[16];
};
struct module __this_module in(".gnu.linkonce.this_module") __attribute__((aligned(64))) = {
    .name = "ferry",
    .init = init_module,
    .exit = cleanup_module,
};
