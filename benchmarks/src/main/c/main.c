/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the modules that a list names, over and over, with the kernel's own arch/mips/kernel/module.c, and prints what each step takes:
 * kernel-c EXPORTS LIST ROUNDS. EXPORTS has lines as System.map, LIST a path a line. The output has a line a step: its name, and the minimum
 * and the median of all rounds in nanoseconds, each the sum over the modules. With "show" for ROUNDS it prints what it made instead: for each
 * section of each module its path, number, address, size and a checksum (FNV-1a, 64 bits) of its bytes.
 */
#include "loader.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int open(const char *path, int flags, ...);

#define BLOCK_BYTES ((size_t)64 << 20)
#define BLOCK_ADDRESS ((void *)0x50000000) /* within one 256 MB region, as jumps need it, and below 4 GB */

enum step { READ, PLAN, RESOLVE, RELOCATE, WHOLE, FLOOR, STEPS };
static const char *const step_names[] = {"read", "parse+plan+copy", "place+resolve", "relocate+finish", "whole", "memcpy"};

static u64 now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

int load_read(struct workspace *work, const char *path) {
    int file = open(path, 0 /* for reading */);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        return -ENOENT;
    }
    if ((size_t)status.st_size > work->file_capacity) {
        free(work->file);
        work->file_capacity = (size_t)status.st_size * 2;
        work->file = malloc(work->file_capacity);
    }
    work->file_bytes = 0;
    ssize_t got;
    while ((got = read(file, work->file + work->file_bytes, (size_t)status.st_size - work->file_bytes)) > 0) {
        work->file_bytes += (size_t)got;
    }
    close(file);
    return work->file_bytes == (size_t)status.st_size ? 0 : -EINVAL;
}

/* Copies the file's first bytes, as many as its image has, to the block: what no loader can do without. */
static void copy_floor(const struct load *load, struct workspace *work) {
    size_t image = load->core_bytes + load->init_bytes;
    memcpy(work->block, work->file, image < work->file_bytes ? image : work->file_bytes);
}

/* Prints what a load made, a line a section. */
static void show(const char *path, const struct load *load) {
    for (unsigned int i = 1; i < load->header->e_shnum; i++) {
        const Elf_Shdr *section = &load->sections[i];
        if (!(section->sh_flags & SHF_ALLOC)) {
            continue;
        }
        u64 sum = 0xcbf29ce484222325;
        for (size_t at = 0; at < section->sh_size; at++) {
            sum = (sum ^ ((const u8 *)(uintptr_t)section->sh_addr)[at]) * 0x100000001b3;
        }
        printf("%s %u %llx %llu %llx\n", path, i, (unsigned long long)section->sh_addr, (unsigned long long)section->sh_size,
               (unsigned long long)sum);
    }
}

/* Loads one module and adds to the time of each step; returns the error, if any, of the step that failed. */
static int run(const char *path, const struct exports *exports, struct workspace *work, u64 *nanos, bool shows) {
    struct load load = {.exports = exports};
    int error;
    u64 start = now();
    if ((error = load_read(work, path))) {
        return error;
    }
    u64 read = now();
    if ((error = load_parse(&load, work)) || (error = load_plan(&load)) || (error = load_copy(&load, work))) {
        return error;
    }
    u64 planned = now();
    if ((error = load_resolve(&load))) {
        return error;
    }
    u64 resolved = now();
    if ((error = load_relocate(&load)) || (error = load_finish(&load))) {
        return error;
    }
    u64 end = now();
    if (shows) {
        show(path, &load);
        return 0;
    }
    copy_floor(&load, work);
    nanos[FLOOR] += now() - end;
    nanos[READ] += read - start;
    nanos[PLAN] += planned - read;
    nanos[RESOLVE] += resolved - planned;
    nanos[RELOCATE] += end - resolved;
    nanos[WHOLE] += end - start;
    return 0;
}

static int by_value(const void *left, const void *right) {
    u64 a = *(const u64 *)left, b = *(const u64 *)right;
    return (a > b) - (a < b);
}

static char **lines_of(const char *path, size_t *count) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    char **lines = NULL, *line = NULL;
    size_t room = 0;
    ssize_t length;
    for (*count = 0; (length = getline(&line, &room, file)) > 0;) {
        line[strcspn(line, "\n")] = 0;
        lines = realloc(lines, (*count + 1) * sizeof *lines);
        lines[(*count)++] = strdup(line);
    }
    free(line);
    fclose(file);
    return lines;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: %s EXPORTS LIST ROUNDS|show\n", argv[0]);
        return 2;
    }
    struct exports exports = exports_read(argv[1]);
    bool shows = strcmp(argv[3], "show") == 0;
    size_t count, rounds = shows ? 1 : strtoul(argv[3], NULL, 10);
    char **paths = lines_of(argv[2], &count);
    struct workspace work = {.block_bytes = BLOCK_BYTES};
    work.block = mmap(BLOCK_ADDRESS, BLOCK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    u64(*nanos)[STEPS] = calloc(rounds, sizeof *nanos);
    u64 *sorted = calloc(rounds, sizeof *sorted);
    if (work.block == MAP_FAILED || nanos == NULL || sorted == NULL) {
        perror("memory");
        return 2;
    }
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            int error = run(paths[i], &exports, &work, nanos[round], shows);
            if (error) {
                fprintf(stderr, "%s: error %d\n", paths[i], error);
                return 1;
            }
        }
    }
    if (shows) {
        return 0;
    }
    printf("exports %zu\nmodules %zu\n", exports.count, count);
    for (int step = 0; step < STEPS; step++) {
        for (size_t round = 0; round < rounds; round++) {
            sorted[round] = nanos[round][step];
        }
        qsort(sorted, rounds, sizeof *sorted, by_value);
        printf("%s %llu %llu\n", step_names[step], (unsigned long long)sorted[0], (unsigned long long)sorted[rounds / 2]);
    }
    return 0;
}
