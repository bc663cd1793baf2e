// SPDX-License-Identifier: Apache-2.0
/*
 * callout: runs code that was made elsewhere, in a live 64-bit PA-RISC kernel.
 *
 * /proc/callout. Read, it gives four addresses in hex: its memory for code and data, that memory's size in bytes, and the entries of two
 * routines, A and B, to be called from there. Written at position P, bytes go to P from the memory's start. Written at COMMAND or behind, 16
 * bytes, an address and a data pointer, are a call: the next read at COMMAND gives what came of it, see struct outcome.
 *
 * A kernel's modules lie in memory that may be executed, so a variable of the module's own will do. Nothing protects the kernel from what
 * is called.
 */
#include <linux/cacheflush.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#define MEMORY_BYTES (12 << 20)
#define COMMAND (1 << 30)

/* What a call left: the number of the routine that was reached, the data pointer it was reached with, and whether argument registers changed. */
struct outcome {
	unsigned long routine;
	unsigned long dp;
	unsigned long changed;
};

void callout_call(unsigned long address, unsigned long dp, struct outcome *outcome);
extern const unsigned long callout_routines[2];

static char memory[MEMORY_BYTES] __aligned(PAGE_SIZE);
static struct outcome outcome;

static ssize_t callout_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	char text[80];
	int length;

	if (*at >= COMMAND) {
		loff_t from = *at - COMMAND;

		return simple_read_from_buffer(to, count, &from, &outcome, sizeof(outcome));
	}
	length = scnprintf(text, sizeof(text), "%lx %x %lx %lx\n", (unsigned long)memory, MEMORY_BYTES, callout_routines[0],
			   callout_routines[1]);
	return simple_read_from_buffer(to, count, at, text, length);
}

static ssize_t callout_write(struct file *file, const char __user *from, size_t count, loff_t *at)
{
	unsigned long call[2];

	if (*at >= COMMAND) {
		if (count != sizeof(call) || copy_from_user(call, from, sizeof(call)))
			return -EINVAL;
		callout_call(call[0], call[1], &outcome);
		return count;
	}
	if (*at < 0 || *at > MEMORY_BYTES || count > MEMORY_BYTES - *at)
		return -EINVAL;
	if (copy_from_user(memory + *at, from, count))
		return -EFAULT;
	flush_icache_range((unsigned long)memory + *at, (unsigned long)memory + *at + count);
	*at += count;
	return count;
}

static const struct proc_ops callout_ops = {
	.proc_read = callout_read,
	.proc_write = callout_write,
	.proc_lseek = default_llseek,
};

static int __init callout_init(void)
{
	return proc_create("callout", 0600, NULL, &callout_ops) ? 0 : -ENOMEM;
}

static void __exit callout_exit(void)
{
	remove_proc_entry("callout", NULL);
}

module_init(callout_init);
module_exit(callout_exit);

MODULE_LICENSE("Apache-2.0");
MODULE_DESCRIPTION("Runs code that was made elsewhere");
