// SPDX-License-Identifier: Apache-2.0
/*
 * /proc/peek: the kernel's memory, with the virtual address as the file's position. For 64-bit PA-RISC, where /proc/kcore has no position for
 * the addresses of modules. Needs no symbol that is kept for modules under the GPL.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include <linux/version.h>

static ssize_t peek_read(struct file *file, char __user *into, size_t size, loff_t *address)
{
	/* Stops at the first byte that cannot be loaded, as well as at one that cannot be stored. */
	size_t read = size - copy_to_user(into, (const void *)(unsigned long)*address, size);

	if (read == 0 && size > 0)
		return -EFAULT;
	*address += read;
	return read;
}

static loff_t peek_seek(struct file *file, loff_t address, int from)
{
	if (from != SEEK_SET)
		return -EINVAL;
	return file->f_pos = address;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
static const struct proc_ops peek = {
	.proc_read = peek_read,
	.proc_lseek = peek_seek,
};
#else
static const struct file_operations peek = {
	.read = peek_read,
	.llseek = peek_seek,
};
#endif

static int __init peek_start(void)
{
	return proc_create("peek", 0400, NULL, &peek) ? 0 : -ENOMEM;
}

static void __exit peek_stop(void)
{
	remove_proc_entry("peek", NULL);
}

module_init(peek_start);
module_exit(peek_stop);
MODULE_LICENSE("Apache-2.0");
MODULE_DESCRIPTION("Reads kernel memory by address");
