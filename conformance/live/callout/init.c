// SPDX-License-Identifier: Apache-2.0
/*
 * The first process of a kernel that is booted to run code in callout.ko. Talks over the second serial port:
 *
 *   we say  AREA address bytes A B        when all is ready, see main.c; numbers in hex
 *   to us   POKE offset bytes             decimal; then so many raw bytes for that place
 *   to us   CALL address dp               hex; we answer  SAW routine dp changed
 *   to us   END                           the machine goes off
 *
 * Anything that fails is said as  FAILED what: why, and the machine goes off.
 */
#define _FILE_OFFSET_BITS 64
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define COMMAND (1 << 30)

static FILE *from_host;
static FILE *port;

static void off(void)
{
	if (port)
		fflush(port);
	sync();
	sleep(1);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void check(int good, const char *what)
{
	if (good)
		return;
	fprintf(port ? port : stdout, "FAILED %s: %s\n", what, strerror(errno));
	fflush(stdout);
	off();
}

static void open_port(void)
{
	struct termios raw;
	int fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY);

	check(fd >= 0, "/dev/ttyS1");
	check(tcgetattr(fd, &raw) == 0, "attributes of the port");
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	check(tcsetattr(fd, TCSANOW, &raw) == 0, "the port");
	from_host = fdopen(fd, "r");
	port = fdopen(fd, "w");
	check(from_host && port, "streams of the port");
}

static void poke(int callout, off_t offset, size_t count)
{
	char *bytes = malloc(count);

	check(bytes && fread(bytes, 1, count, from_host) == count, "bytes");
	check(pwrite(callout, bytes, count, offset) == (ssize_t)count, "poke");
	free(bytes);
}

static void call(int callout, uint64_t address, uint64_t dp)
{
	uint64_t command[2] = {htobe64(address), htobe64(dp)}, outcome[3];

	check(pwrite(callout, command, sizeof(command), COMMAND) == sizeof(command), "call");
	check(pread(callout, outcome, sizeof(outcome), COMMAND) == sizeof(outcome), "outcome");
	fprintf(port, "SAW %" PRIu64 " %" PRIx64 " %" PRIx64 "\n", be64toh(outcome[0]), be64toh(outcome[1]), be64toh(outcome[2]));
	fflush(port);
}

int main(void)
{
	char line[128] = "";
	uint64_t address, dp;
	unsigned long count;
	long offset;
	int module, callout;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	check(mount("proc", "/proc", "proc", 0, NULL) == 0, "/proc");
	open_port();
	module = open("/callout.ko", O_RDONLY);
	check(module >= 0 && syscall(SYS_finit_module, module, "", 0) == 0, "callout.ko");
	callout = open("/proc/callout", O_RDWR);
	check(callout >= 0 && pread(callout, line, sizeof(line) - 1, 0) > 0, "/proc/callout");
	fprintf(port, "AREA %s", line);
	fflush(port);
	while (fgets(line, sizeof(line), from_host)) {
		if (sscanf(line, "POKE %ld %lu", &offset, &count) == 2)
			poke(callout, offset, count);
		else if (sscanf(line, "CALL %" SCNx64 " %" SCNx64, &address, &dp) == 2)
			call(callout, address, dp);
		else if (strcmp(line, "END\n") == 0)
			off();
		else
			fprintf(port, "FAILED line: %s", line);
	}
	check(0, "the port");
}
