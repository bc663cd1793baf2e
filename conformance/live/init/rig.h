/* SPDX-License-Identifier: Apache-2.0 */
/* The one process of a kernel under measurement: it inserts modules and tells what memory then holds. The records: ../README.md. */
#ifndef RIG_H
#define RIG_H

#include <stdint.h>
#include <stdio.h>

/* port.c: where the records go. */
extern FILE *records;
void port_open(void);
/* Returns when all that was written is out of the machine. */
void port_drain(void);

/* Says what is being done, on the console: for whoever waits, and for the log that is kept when things fail. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Ends the run: says what failed, with errno, and restarts the machine without DONE in the records. */
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *what, ...);

/* The first 8191 bytes of a small file, or "" where it cannot be read. Overwritten by the next call. */
const char *contents(const char *path);

/* memory.c: the kernel's memory by virtual address. */
void memory_open(void);
/* How many of the bytes at va could be read; those that follow are zeroed in into. */
size_t memory_read(uint64_t va, void *into, size_t size);
/* SEG records. */
void memory_segments(void);

/* dump.c: records of what is in memory. */
void dump_module(const char *module);
void dump_modules(void);
/* The same without memory: what the kernel says of each module. */
void list_modules(void);
void dump_module_symbols(void);
void dump_kernel(void);

/* The names in a folder. The C library's own way to them wants Linux 2.6.39 on some architectures. */
struct listing {
    int folder;
    long filled, at;
    char bytes[16384];
};
/* 0 where there is no such folder. */
int open_listing(struct listing *listing, const char *path);
/* NULL behind the last one. */
const char *next_name(struct listing *listing);
void close_listing(struct listing *listing);

/* init.c: records of what the kernel logged since the last call. */
void log_records(void);

/* life.c: records of what user space reads about modules, and the removal of one. */
void life_state(int with_symbols);
void life_remove(const char *module, int force);
/* A number: opens a socket of that family; empty: closes the last one. */
void life_hold(const char *family);

/* trace.c: function tracing of one module. state: on, graph or off. */
void trace(const char *module, const char *state);
/* A kprobe at the start of one of its functions, which does no more than count. */
void probe(const char *module, const char *function);

#endif
