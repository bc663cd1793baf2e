/* SPDX-License-Identifier: Apache-2.0 */
/* Function tracing of one module's functions, through tracefs; also of a module that is inserted later. */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* The tracer's folder: a file system of its own since Linux 4.1, before a folder of debugfs. */
static const char *tracing = "/sys/kernel/tracing/";

static const char *path(const char *file)
{
    static char path[128];
    snprintf(path, sizeof path, "%s%s", tracing, file);
    return path;
}

static void mount_tracing(void)
{
    if (access(path("set_ftrace_filter"), F_OK) == 0)
        return;
    if (mount("tracefs", tracing, "tracefs", 0, NULL) == 0)
        return;
    tracing = "/sys/kernel/debug/tracing/";
    if (access(path("set_ftrace_filter"), F_OK) != 0 && mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) != 0)
        fail("mount tracefs or debugfs");
}

/*
 * One byte a write, which the kernel joins: PA-RISC's kernels before 6.5 fetch two bytes where they mean one, and so lose every second byte
 * of a longer write; a filter that is lost traces every function there is. 0 where the kernel knows no such function, which it says at
 * the end: before Linux 4.12 it does not wait for a module.
 */
static int filter(const char *text)
{
    int file = open(path("set_ftrace_filter"), O_WRONLY | O_TRUNC);
    if (file < 0)
        fail("set_ftrace_filter");
    for (const char *c = text; *c; c++)
        if (write(file, c, 1) != 1)
            fail("set_ftrace_filter: %s at byte %d", text, (int) (c - text));
    if (close(file) == 0)
        return 1;
    if (errno != EINVAL)
        fail("set_ftrace_filter: %s", text);
    return 0;
}

static void tracer(const char *name)
{
    int file = open(path("current_tracer"), O_WRONLY);
    if (file < 0 || write(file, name, strlen(name)) != (ssize_t) strlen(name) || close(file) != 0)
        fail("current_tracer: %s", name);
}

/* How many functions are traced now: the lines of enabled_functions. */
static long traced(void)
{
    FILE *file = fopen(path("enabled_functions"), "r");
    if (!file)
        return -1;
    long lines = 0;
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

void trace(const char *module, const char *state)
{
    mount_tracing();
    tracer("nop");
    if (strcmp(state, "off") != 0) {
        char pattern[128];
        snprintf(pattern, sizeof pattern, "*:mod:%s\n", module);
        if (!filter(pattern)) {
            say("trace %s %s: the kernel cannot, before the module is there", module, state);
            return;
        }
        tracer(strcmp(state, "graph") == 0 ? "function_graph" : "function");
    }
    long functions = traced();
    say("trace %s %s: %ld functions", module, state, functions);
    fprintf(records, "TRACE %s %s %ld\n", module, state, functions);
}

static int put(const char *file, const char *text)
{
    int to = open(path(file), O_WRONLY | O_APPEND);
    if (to < 0)
        return errno;
    int error = write(to, text, strlen(text)) == (ssize_t) strlen(text) ? 0 : errno;
    if (close(to) != 0 && error == 0)
        error = errno;
    return error;
}

void probe(const char *module, const char *function)
{
    char text[256];
    mount_tracing();
    snprintf(text, sizeof text, "p:rig/%s %s:%s\n", function, module, function);
    int error = put("kprobe_events", text);
    if (error == 0)
        error = put("events/rig/enable", "1");
    say("probe %s %s: %s", module, function, error ? strerror(error) : "set");
    fprintf(records, "PROBE %s %s %d\n", module, function, error);
}
