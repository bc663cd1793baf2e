/* SPDX-License-Identifier: Apache-2.0 */
/* Records of what user space reads about modules: /proc/modules, /sys/module, and the modules' lines of /proc/kallsyms. */
#define _GNU_SOURCE
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What was recorded last, by path: only what is new or has changed is recorded again. */
static struct known {
    struct known *next;
    char *path, *text;
    unsigned round;
} *known[4096];
static unsigned rounds;

static unsigned slot(const char *path)
{
    unsigned hash = 5381;
    while (*path)
        hash = hash * 33 + (unsigned char) *path++;
    return hash % (sizeof known / sizeof *known);
}

/* Writes a text with line feeds, backslashes and what is not printable as \xNN, so that a record is one line. */
static void put_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\\' || text[i] < ' ' || text[i] > '~')
            fprintf(records, "\\x%02x", (unsigned char) text[i]);
        else
            fputc(text[i], records);
}

/* FILE path text: what a file of /sys/module holds now, if that is not what it held before. */
static void put_file(const char *path, const char *text, size_t length)
{
    struct known **at = &known[slot(path)], *file;
    for (file = *at; file && strcmp(file->path, path) != 0;)
        file = file->next;
    if (!file) {
        file = calloc(1, sizeof *file);
        if (!file)
            fail("memory");
        file->path = strdup(path);
        file->next = *at;
        *at = file;
    }
    file->round = rounds;
    if (file->text && strlen(file->text) == length && memcmp(file->text, text, length) == 0)
        return;
    free(file->text);
    file->text = strndup(text, length);
    fprintf(records, "FILE %s ", path);
    put_text(text, length);
    fputc('\n', records);
}

/* GONE path, for what is no longer there. */
static void put_gone(void)
{
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        for (struct known **at = &known[i]; *at;) {
            struct known *file = *at;
            if (file->round == rounds) {
                at = &file->next;
                continue;
            }
            fprintf(records, "GONE %s\n", file->path);
            *at = file->next;
            free(file->path);
            free(file->text);
            free(file);
        }
}

static void put_one(const char *folder, const char *name, const char *module)
{
    char path[768], text[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct stat kind;
    if (lstat(path, &kind) != 0)
        return;
    ssize_t length;
    if (S_ISLNK(kind.st_mode)) {
        length = readlink(path, text, sizeof text);
    } else {
        int file = open(path, O_RDONLY);
        length = file < 0 ? -1 : read(file, text, sizeof text);
        if (file >= 0)
            close(file);
    }
    if (length < 0) /* nobody may read it, or its reader fails */
        length = snprintf(text, sizeof text, "?");
    char shown[768];
    snprintf(shown, sizeof shown, "%s/%s", module, path + strlen("/sys/module/") + strlen(module) + 1);
    put_file(shown, text, length);
}

static void put_folder(const char *module, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "/sys/module/%s%s%s", module, *folder ? "/" : "", folder);
    struct listing listing;
    if (!open_listing(&listing, path))
        return;
    for (const char *name; (name = next_name(&listing));)
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, "uevent") != 0)
            put_one(path, name, module);
    close_listing(&listing);
}

static void put_module(const char *module)
{
    static const char *const attributes[] = {"coresize", "initsize", "initstate", "refcnt", "taint", "version", "srcversion"};
    char folder[256];
    snprintf(folder, sizeof folder, "/sys/module/%s", module);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        put_one(folder, attributes[i], module);
    put_folder(module, "sections");
    put_folder(module, "parameters");
    put_folder(module, "holders");
}

/* Whether the newest module is held, and not by another. */
static int held_newest(void)
{
    int references = 0;
    char users[64] = "";
    return sscanf(contents("/proc/modules"), "%*s %*s %d %63s", &references, users) == 2 && references > 0 && strcmp(users, "-") == 0;
}

/* Waits, up to 3 s, as long as the kernel may still test an algorithm that a module has registered, and hold it meanwhile. */
static void settle(void)
{
    for (int i = 0; i < 100 && held_newest(); i++)
        usleep(30000);
}

void life_state(int with_symbols)
{
    settle();
    int peeked = 0;
    rounds++;
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen("/proc/modules", "r");
    if (!file)
        fail("/proc/modules");
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "peek ", 5) == 0) { /* the rig's own */
            peeked = 1;
            continue;
        }
        fprintf(records, "PROC %s\n", line);
        *strchrnul(line, ' ') = 0;
        put_module(line);
    }
    fclose(file);
    put_gone();
    const char *tainted = contents("/proc/sys/kernel/tainted");
    if (*tainted && !peeked) /* the rig's module taints the kernel, and a lean kernel has no such file */
        fprintf(records, "TAINTED %s", tainted);
    file = with_symbols ? fopen("/proc/kallsyms", "r") : NULL;
    while (file && getline(&line, &room, file) > 0)
        if (strstr(line, "\t[") && !strstr(line, "\t[__builtin__") && !strstr(line, "\t[peek]"))
            fprintf(records, "SYMBOL %s", line);
    if (file)
        fclose(file);
    free(line);
    fprintf(records, "STATE %u\n", rounds);
}

/* O_TRUNC forces it. Without O_NONBLOCK kernels before 3.13 wait until nobody uses the module. */
void life_remove(const char *module, int force)
{
    log_records();
    say("remove %s%s", module, force ? " by force" : "");
    port_drain();
    int error = syscall(SYS_delete_module, module, O_NONBLOCK | (force ? O_TRUNC : 0)) == 0 ? 0 : errno;
    fprintf(records, "REMOVE %s %d %s\n", module, error, error ? strerrorname_np(error) : "");
    log_records();
}

enum { MOST_HELD = 64 };
static int held[MOST_HELD], held_count;

/* Opens a socket of a family, which holds the family's module; or closes the last one. */
void life_hold(const char *family)
{
    if (*family) {
        int opened = held_count == MOST_HELD ? -1 : socket(atoi(family), SOCK_RAW, 0);
        int error = opened < 0 ? errno : 0;
        if (opened >= 0)
            held[held_count++] = opened;
        fprintf(records, "HOLD %s %d\n", family, error);
    } else {
        if (held_count > 0)
            close(held[--held_count]);
        fprintf(records, "LET\n");
    }
}
