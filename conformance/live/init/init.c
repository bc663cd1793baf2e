/* SPDX-License-Identifier: Apache-2.0 */
/* The first and only process: carries out /plan, line by line. The steps and the records: ../README.md. */
#define _GNU_SOURCE
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("rig: %ld s: ", (long) now.tv_sec);
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}

static void restart(void)
{
    if (records)
        port_drain();
    fflush(stdout);
    sync();
    reboot(RB_AUTOBOOT); /* the machine is told not to come up again */
    for (;;)
        pause();
}

void fail(const char *what, ...)
{
    int error = errno;
    va_list arguments;
    va_start(arguments, what);
    printf("rig: FAILED ");
    vprintf(what, arguments);
    printf(": %s\n", strerror(error));
    va_end(arguments);
    restart();
    abort();
}

const char *contents(const char *path)
{
    static char text[8192];
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[length < 0 ? 0 : length] = 0;
    return text;
}

#define OWN "rig: the log is read"

/* Waits for whoever saves the machine's memory, and then ends it. */
static void be_saved(void)
{
    fprintf(records, "DONE\n");
    port_drain();
    say("image");
    for (;;)
        pause();
}

/* What the kernel logged since the last call. */
void log_records(void)
{
    static char text[1 << 20];
    /*
     * A line whose end the kernel has not printed becomes readable when another begins. That one has an end: kernels until 4.8 join what
     * they print next without a level to one that has none.
     */
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (log < 0 || write(log, "<7>" OWN "\n", strlen("<7>" OWN "\n")) < 0)
        fail("/dev/kmsg");
    close(log);
    int length = klogctl(4 /* read all, then clear */, text, sizeof text - 1);
    if (length < 0)
        fail("syslog");
    text[length] = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (!strstr(line, OWN))
            fprintf(records, "LOG %s\n", line);
}

/* Kilobytes; before Linux 3.14 the kernel does not say what is available, and what is free is less. */
static long available_memory(void)
{
    const char *text = contents("/proc/meminfo");
    const char *found = strstr(text, "MemAvailable:");
    if (!found)
        found = strstr(text, "MemFree:");
    return found ? atol(strchr(found, ':') + 1) : 0;
}

/* Takes out the module that was inserted last: the kernel has it first. */
static void take_back(void)
{
    char module[128];
    if (sscanf(contents("/proc/modules"), "%127s", module) == 1 && syscall(SYS_delete_module, module, 0) != 0)
        say("%s was accepted, and stays: %s", module, strerror(errno));
}

/* Linux before 3.8 takes a module only as bytes. */
static int insert(int file, const char *parameters)
{
    if (syscall(SYS_finit_module, file, parameters, 0) == 0)
        return 0;
    if (errno != ENOSYS)
        return errno;
    off_t size = lseek(file, 0, SEEK_END); /* fstat wants a kernel since 2.6.39 on some architectures */
    char *bytes = malloc(size + 1);
    if (size < 0 || !bytes || pread(file, bytes, size, 0) != size)
        fail("a module of %ld bytes", (long) size);
    int error = syscall(SYS_init_module, bytes, (unsigned long) size, parameters) == 0 ? 0 : errno;
    free(bytes);
    return error;
}

/* Gives a file to the kernel as a module, and tells under a record's word what the kernel said. The errno, or 0. */
static int offer(const char *record, const char *name, const char *path, const char *parameters)
{
    log_records();
    say("%s %s (%ld MB left)", record, name, available_memory() / 1024);
    port_drain(); /* what was recorded is out, should the kernel die of this module */
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fail("%s", path);
    int error = insert(file, parameters);
    close(file);
    if (error) { /* with its name: numbers differ between architectures */
        say("%s: %s", name, strerrorname_np(error));
        fprintf(records, "%s %s %d %s\n", record, name, error, strerrorname_np(error));
    } else {
        fprintf(records, "%s %s 0\n", record, name);
    }
    log_records();
    return error;
}

static void machine_records(void)
{
    struct utsname kernel;
    if (uname(&kernel) != 0)
        fail("uname");
    fprintf(records, "UNAME %s %s\n", kernel.release, kernel.version);
    char *line = strdup(contents("/proc/cpuinfo"));
    for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
        fprintf(records, "CPU %s\n", line);
    fprintf(records, "CPUS %ld\nPAGESIZE %d\n", sysconf(_SC_NPROCESSORS_ONLN), getpagesize());
}

/* One line of the plan. What is left of it when a word is taken: rest. */
static int step(char *line)
{
    char *rest = line, *word[3] = {"", "", ""};
    for (int i = 0; i < 3 && rest; i++)
        if (!(word[i] = strsep(&rest, " ")))
            word[i] = "";
    const char *parameters = rest ? rest : "";
    if (strcmp(word[0], "step") == 0) { /* step NUMBER KILOBYTES: ends here if less memory is available */
        if (available_memory() < atol(word[2])) {
            say("memory is short, left for another boot from step %s on", word[1]);
            fprintf(records, "REST %s\n", word[1]);
            return 0;
        }
        say("step %s", word[1]);
    } else if (strcmp(word[0], "insert") == 0) { /* insert NAME PATH [PARAMETERS] */
        if (offer("INS", word[1], word[2], parameters) == 0)
            memory_open(); /* it may have been the module that reads memory */
    } else if (strcmp(word[0], "refuse") == 0) { /* refuse NAME PATH [PARAMETERS] */
        if (offer("REFUSE", word[1], word[2], parameters) == 0)
            take_back();
    } else if (strcmp(word[0], "dump") == 0) { /* dump [NAME] */
        if (*word[1])
            dump_module(word[1]);
        else
            dump_modules();
    } else if (strcmp(word[0], "remove") == 0) { /* remove NAME [force] */
        life_remove(word[1], strcmp(word[2], "force") == 0);
    } else if (strcmp(word[0], "hold") == 0) { /* hold [FAMILY] */
        life_hold(word[1]);
    } else if (strcmp(word[0], "state") == 0) { /* state [symbols] */
        life_state(strcmp(word[1], "symbols") == 0);
    } else if (strcmp(word[0], "list") == 0) {
        list_modules();
    } else if (strcmp(word[0], "image") == 0) {
        be_saved();
    } else if (strcmp(word[0], "symbols") == 0) {
        dump_module_symbols();
    } else if (strcmp(word[0], "dump-kernel") == 0) {
        dump_kernel();
    } else if (strcmp(word[0], "trace") == 0) { /* trace MODULE on|graph|off */
        trace(word[1], word[2]);
    } else if (strcmp(word[0], "probe") == 0) { /* probe MODULE FUNCTION */
        probe(word[1], word[2]);
    } else if (strcmp(word[0], "mark") == 0) { /* mark TEXT */
        fprintf(records, "MARK %s\n", word[1]);
    } else if (strcmp(word[0], "pause") == 0) { /* pause SECONDS: for somebody who looks at the machine from outside */
        port_drain();
        sleep(atoi(word[1]));
    } else {
        fail("no such step: %s", word[0]);
    }
    return 1;
}

static void mounted(const char *type, const char *at)
{
    if (mount(type, at, type, 0, NULL) != 0)
        fail("mount %s", type);
}

int main(void)
{
    mounted("proc", "/proc");
    mounted("sysfs", "/sys");
    if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) != 0 && errno != ENODEV) /* before 2.6.32 the nodes of the archive have to do */
        fail("mount devtmpfs");
    /* 1, not 0: with 0 the addresses of /proc/vmallocinfo are hashed; root sees the others either way. Before 2.6.38 there is no such file. */
    FILE *restrict_pointers = fopen("/proc/sys/kernel/kptr_restrict", "w");
    if (restrict_pointers ? fputs("1\n", restrict_pointers) < 0 || fclose(restrict_pointers) != 0 : errno != ENOENT)
        fail("kptr_restrict");
    port_open();
    fprintf(records, "KDUMP1\n");
    machine_records();
    memory_open();
    log_records();
    FILE *plan = fopen("/plan", "r");
    if (!plan)
        fail("/plan");
    char *line = NULL;
    size_t room = 0;
    do {
        if (getline(&line, &room, plan) <= 0)
            break;
        line[strcspn(line, "\n")] = 0;
    } while (step(line));
    log_records();
    fprintf(records, "DONE\n");
    say("done");
    restart();
}
