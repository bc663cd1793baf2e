/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's exports in an open hash table. */
#include "loader.h"

static u32 hash_of(const char *name) {
    u32 hash = 5381;
    for (; *name; name++) {
        hash = hash * 33 + (u8)*name;
    }
    return hash;
}

const struct export *exports_find(const struct exports *exports, const char *name) {
    u32 hash = hash_of(name);
    for (size_t at = hash & exports->mask;; at = (at + 1) & exports->mask) {
        const struct export *slot = &exports->slots[at];
        if (slot->name == NULL) {
            return NULL;
        }
        if (slot->hash == hash && strcmp(slot->name, name) == 0) {
            return slot;
        }
    }
}

static void add(struct exports *exports, const char *name, Elf_Addr value) {
    u32 hash = hash_of(name);
    size_t at = hash & exports->mask;
    while (exports->slots[at].name != NULL) {
        at = (at + 1) & exports->mask;
    }
    exports->slots[at] = (struct export){name, value, hash};
    exports->count++;
}

struct exports exports_read(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    struct exports exports = {NULL, 0, 0};
    size_t lines = 0;
    for (int c; (c = getc(file)) != EOF;) {
        lines += c == '\n';
    }
    rewind(file);
    size_t slots = 16;
    while (slots < 2 * lines) {
        slots *= 2;
    }
    exports.mask = slots - 1;
    exports.slots = calloc(slots, sizeof *exports.slots);
    unsigned long long value;
    char letter, name[512];
    while (fscanf(file, "%llx %c %511s", &value, &letter, name) == 3) {
        add(&exports, strdup(name), (Elf_Addr)value);
    }
    fclose(file);
    return exports;
}
