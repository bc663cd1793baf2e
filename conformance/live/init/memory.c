/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's memory: through /proc/peek, a module of the rig's own, where it was inserted; else through /proc/kcore, whose ELF program
 * headers say at which offset of the file an address is. On 64-bit PA-RISC modules lie below what kcore can have an offset for.
 */
#include "rig.h"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SEGMENTS = 64 };

static struct {
    uint64_t va, size, offset;
} segments[MOST_SEGMENTS];
static int segment_count, kcore = -1, peek = -1;

static void segment(uint32_t type, uint64_t va, uint64_t size, uint64_t offset)
{
    if (type != PT_LOAD || size == 0)
        return;
    if (segment_count == MOST_SEGMENTS)
        fail("more than %d segments in /proc/kcore", MOST_SEGMENTS);
    segments[segment_count].va = va;
    segments[segment_count].size = size;
    segments[segment_count++].offset = offset;
}

static void read_segments(void)
{
    static unsigned char head[64 * 1024];
    ssize_t there = pread(kcore, head, sizeof head, 0);
    if (there < (ssize_t) sizeof(Elf64_Ehdr))
        fail("/proc/kcore has no ELF header");
    segment_count = 0;
    if (head[EI_CLASS] == ELFCLASS64) { /* of the kernel's class, whatever ours is */
        const Elf64_Ehdr *elf = (const void *) head;
        const Elf64_Phdr *program = (const void *) (head + elf->e_phoff);
        for (int i = 0; i < elf->e_phnum && (unsigned char *) (program + i + 1) <= head + there; i++)
            segment(program[i].p_type, program[i].p_vaddr, program[i].p_memsz, program[i].p_offset);
    } else {
        const Elf32_Ehdr *elf = (const void *) head;
        const Elf32_Phdr *program = (const void *) (head + elf->e_phoff);
        for (int i = 0; i < elf->e_phnum && (unsigned char *) (program + i + 1) <= head + there; i++)
            segment(program[i].p_type, program[i].p_vaddr, program[i].p_memsz, program[i].p_offset);
    }
}

void memory_open(void)
{
    if (peek < 0)
        peek = open("/proc/peek", O_RDONLY);
    if (kcore < 0) {
        kcore = open("/proc/kcore", O_RDONLY);
        if (kcore >= 0)
            read_segments();
        else if (peek < 0)
            fail("neither /proc/kcore nor /proc/peek");
    }
}

void memory_segments(void)
{
    for (int i = 0; i < segment_count; i++)
        fprintf(records, "SEG %llx %llx %llx\n", (unsigned long long) segments[i].va, (unsigned long long) segments[i].size,
                (unsigned long long) segments[i].offset);
}

#ifdef __mips__
/*
 * The kernel itself, which kcore leaves out before Linux 4.0: in a part of the address space that is memory from its start on, 512 MB, and so
 * is /dev/mem.
 */
static int direct(uint64_t va, size_t *size, uint64_t *offset)
{
    static int memory = -2;
    if (((uint32_t) va & 0xe0000000) != 0x80000000)
        return -1;
    if (memory == -2)
        memory = open("/dev/mem", O_RDONLY);
    *offset = va & 0x1fffffff;
    if (*size > 0x20000000 - *offset)
        *size = 0x20000000 - *offset;
    return memory;
}
#else
static int direct(uint64_t va, size_t *size, uint64_t *offset)
{
    (void) va, (void) size, (void) offset;
    return -1;
}
#endif

/* The file to read size bytes at va from, and the offset there: size is cut where the segment ends. -1: nowhere. */
static int place(uint64_t va, size_t *size, uint64_t *offset)
{
    if (peek >= 0) {
        *offset = va;
        return peek;
    }
    for (int i = 0; i < segment_count; i++) {
        uint64_t at = va - segments[i].va;
        if (va < segments[i].va || at >= segments[i].size)
            continue;
        if (*size > segments[i].size - at)
            *size = segments[i].size - at;
        *offset = segments[i].offset + at;
        return kcore;
    }
    return direct(va, size, offset);
}

size_t memory_read(uint64_t va, void *into, size_t size)
{
    size_t done = 0;
    while (done < size) {
        size_t part = size - done;
        uint64_t offset;
        int from = place(va + done, &part, &offset);
        ssize_t got = from < 0 ? -1 : pread(from, (char *) into + done, part, offset);
        if (got <= 0)
            break;
        done += got;
    }
    memset((char *) into + done, 0, size - done);
    return done;
}
