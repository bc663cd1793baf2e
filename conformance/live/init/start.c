/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The linker puts this in front of the C library's start. The library takes random bytes from the kernel without asking whether there are any;
 * Linux before 2.6.29 gives none, and init would end before main. It gives an entry that says nothing, which can be made one that does.
 */
#include <elf.h>

typedef int entry(int, char **, char **);

/* In registers and on the stack as the C library has it, on every architecture. */
int __real___libc_start_main(entry *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
int __wrap___libc_start_main(entry *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int __wrap___libc_start_main(entry *main, int count, char **words, void (*init)(void), void (*fini)(void), void (*end)(void), void *stack)
{
    static char random[16];
    char **environment = words + count + 1;
    while (*environment)
        environment++;
    struct {
        unsigned long type, value;
    } *unused = 0, *vector = (void *) (environment + 1);
    for (; vector->type != AT_NULL; vector++) {
        if (vector->type == AT_RANDOM)
            unused = vector;
        else if (vector->type == AT_FLAGS && !unused)
            unused = vector;
    }
    if (unused && unused->type == AT_FLAGS) {
        unused->type = AT_RANDOM;
        unused->value = (unsigned long) random;
    }
    return __real___libc_start_main(main, count, words, init, fini, end, stack);
}
