/* SPDX-License-Identifier: Apache-2.0 */
/* Records of what modules and the kernel hold in memory. */
#define _GNU_SOURCE
#include "rig.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MOST_REGIONS = 16 };

/* Memory that one module was given, in whole pages. */
struct region {
    uint64_t base, size;
};

static void dump_memory(const char *name, uint64_t base, uint64_t size)
{
    static char bytes[1 << 16];
    uint64_t unread = 0;
    fprintf(records, "MEM %s %" PRIx64 " %" PRIu64 "\n", name, base, size);
    for (uint64_t done = 0; done < size;) {
        size_t part = size - done < sizeof bytes ? size - done : sizeof bytes;
        unread += part - memory_read(base + done, bytes, part);
        fwrite(bytes, 1, part, records);
        done += part;
    }
    fprintf(records, "\nEND %s\n", name);
    if (unread > 0) {
        say("%s: %" PRIu64 " of %" PRIu64 " bytes at %" PRIx64 " cannot be read", name, unread, size, base);
        fprintf(records, "UNREAD %s %" PRIx64 " %" PRIu64 "\n", name, base, unread);
    }
}

/* Copies the lines of a file that have a text in them, each behind a word. How many. */
static long dump_lines(const char *path, const char *word, const char *with)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    char *line = NULL;
    size_t room = 0;
    long lines = 0;
    while (getline(&line, &room, file) > 0) {
        if (with && !strstr(line, with))
            continue;
        line[strcspn(line, "\n")] = 0;
        fprintf(records, "%s %s\n", word, line);
        lines++;
    }
    free(line);
    fclose(file);
    return lines;
}

/* From Linux 6.4 on a module has a region for each kind of memory; before, one block, and another one while it is being inserted. */
static int regions_by_kind(void)
{
    struct utsname kernel;
    int major = 0, minor = 0;
    if (uname(&kernel) != 0 || sscanf(kernel.release, "%d.%d", &major, &minor) != 2)
        fail("uname");
    return major > 6 || (major == 6 && minor >= 4);
}

/* Adds the region that has va in it, once, and tells of it: what /proc/vmallocinfo has, less the guard page. 0 where va is in none. */
static int add_region(struct region *regions, int *count, uint64_t va)
{
    for (int i = 0; i < *count; i++)
        if (va - regions[i].base < regions[i].size)
            return 1;
    FILE *file = fopen("/proc/vmallocinfo", "r");
    if (!file)
        return 0;
    char line[512];
    int found = 0;
    while (!found && fgets(line, sizeof line, file)) {
        uint64_t from, to;
        const char *pages = strstr(line, " pages=");
        if (!pages || sscanf(line, "0x%" SCNx64 "-0x%" SCNx64, &from, &to) != 2 || va < from || va >= to)
            continue;
        if (*count == MOST_REGIONS)
            fail("more than %d regions", MOST_REGIONS);
        found = 1;
        regions[*count].base = from;
        regions[(*count)++].size = strtoull(pages + strlen(" pages="), NULL, 10) * getpagesize();
        line[strcspn(line, "\n")] = 0;
        fprintf(records, "VMA %s\n", line);
    }
    fclose(file);
    return found;
}

/* Sections that are gone once the module runs; others may have their place by then. Per-cpu data is no part of a region. */
static int passing(const char *section)
{
    return strncmp(section, ".init", 5) == 0 || strcmp(section, ".symtab") == 0 || strcmp(section, ".strtab") == 0
        || strcmp(section, ".data..percpu") == 0;
}

int open_listing(struct listing *listing, const char *path)
{
    listing->at = listing->filled = 0;
    listing->folder = open(path, O_RDONLY | O_DIRECTORY);
    return listing->folder >= 0;
}

void close_listing(struct listing *listing)
{
    close(listing->folder);
}

const char *next_name(struct listing *listing)
{
    if (listing->at >= listing->filled) {
        listing->at = 0;
        listing->filled = syscall(SYS_getdents64, listing->folder, listing->bytes, sizeof listing->bytes);
        if (listing->filled <= 0)
            return NULL;
    }
    const struct dirent64 *entry = (const void *) (listing->bytes + listing->at);
    listing->at += entry->d_reclen;
    return entry->d_name;
}

static void dump_sections(const char *module, struct region *regions, int *count)
{
    char folder[256], path[640];
    snprintf(folder, sizeof folder, "/sys/module/%s/sections", module);
    static struct listing sections;
    if (!open_listing(&sections, folder))
        return; /* two sections of one name: the kernel then has none there */
    int by_kind = regions_by_kind();
    for (const char *name; (name = next_name(&sections));) {
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        uint64_t va = strtoull(contents(path), NULL, 16);
        fprintf(records, "SEC %s %s 0x%" PRIx64 "\n", module, name, va);
        if (by_kind && !passing(name))
            add_region(regions, count, va);
    }
    close_listing(&sections);
}

/* line: of /proc/modules, which ends in the base and perhaps taints: name size users dependents state base. */
static void dump_line(const char *line)
{
    char module[128];
    uint64_t size, base;
    if (sscanf(line, "%127s %" SCNu64 " %*s %*s %*s 0x%" SCNx64, module, &size, &base) != 3)
        fail("a line of /proc/modules: %s", line);
    fprintf(records, "MODLINE %s\n", line);
    struct region regions[MOST_REGIONS];
    int count = 0;
    if (!add_region(regions, &count, base)) {
        regions[0].base = base;
        regions[0].size = size;
        count = 1;
    }
    dump_sections(module, regions, &count);
    for (int i = 0; i < count; i++)
        dump_memory(module, regions[i].base, regions[i].size);
    fflush(records);
}

/* Each module in /proc/modules, or the one that is named. */
static void dump(const char *only)
{
    FILE *file = fopen("/proc/modules", "r");
    if (!file)
        fail("/proc/modules");
    char *line = NULL;
    size_t room = 0, name = only ? strlen(only) : 0;
    int found = 0;
    while (getline(&line, &room, file) > 0) {
        if (only && (strncmp(line, only, name) != 0 || line[name] != ' '))
            continue;
        line[strcspn(line, "\n")] = 0;
        dump_line(line);
        found++;
    }
    free(line);
    fclose(file);
    say("dump of %d modules", found);
}

void dump_module(const char *module)
{
    dump(module);
}

void dump_modules(void)
{
    dump(NULL);
}

void dump_module_symbols(void)
{
    say("symbols of modules: %ld", dump_lines("/proc/kallsyms", "SYM", "\t["));
}

void list_modules(void)
{
    FILE *file = fopen("/proc/modules", "r");
    if (!file)
        fail("/proc/modules");
    char *line = NULL, module[128];
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        if (sscanf(line, "%127s", module) != 1)
            fail("a line of /proc/modules: %s", line);
        line[strcspn(line, "\n")] = 0;
        fprintf(records, "MODLINE %s\n", line);
        struct region regions[MOST_REGIONS];
        int count = 0;
        dump_sections(module, regions, &count);
    }
    free(line);
    fclose(file);
}

static uint64_t symbol(const char *name)
{
    FILE *file = fopen("/proc/kallsyms", "r");
    if (!file)
        fail("/proc/kallsyms");
    char line[1024], found[512];
    uint64_t va, result = 0;
    while (result == 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "%" SCNx64 " %*c %511s", &va, found) == 2 && strcmp(found, name) == 0)
            result = va;
    fclose(file);
    return result;
}

/* The kernel's code, data and bss: /proc/iomem has them by physical address, one after another; _text is where the code begins. */
static void dump_image(void)
{
    FILE *file = fopen("/proc/iomem", "r");
    if (!file)
        fail("/proc/iomem");
    char line[512];
    uint64_t from, to, code = 0, end = 0, text = symbol("_text");
    while (fgets(line, sizeof line, file)) {
        const char *kernel = strstr(line, ": Kernel ");
        if (!kernel || sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2)
            continue;
        if (strncmp(kernel, ": Kernel code", 13) == 0)
            code = from;
        if (to + 1 > end)
            end = to + 1;
    }
    fclose(file);
    if (text == 0) /* MIPS has only this one, on the same page */
        text = symbol("_stext") & ~((uint64_t) getpagesize() - 1);
    if (text == 0 || end <= code)
        fail("no _text in /proc/kallsyms (%" PRIx64 "), or no kernel in /proc/iomem (%" PRIx64 " to %" PRIx64 ")", text, code, end);
    say("kernel at %" PRIx64 ", %" PRIu64 " bytes", text, end - code);
    dump_memory("(kernel)", text, end - code);
}

void dump_kernel(void)
{
    memory_segments();
    dump_image();
    say("symbols of the kernel: %ld", dump_lines("/proc/kallsyms", "SYM", NULL));
    fflush(records);
}
