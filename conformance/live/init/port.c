/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the records leave the machine. On arm64 it is semihosting: a request to the emulator, with the address of a whole buffer, which costs
 * next to nothing; elsewhere it is the second serial port, at some 100 kB/s.
 */
#define _GNU_SOURCE
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

FILE *records;

#ifdef __aarch64__

/* Requests of "Semihosting for AArch32 and AArch64" (Arm), and the mode that makes a console standard output. */
enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, FOR_OUTPUT = 4 };

static long host;

static long request(long what, const void *arguments)
{
    register long result __asm__("x0") = what;
    register const void *block __asm__("x1") = arguments;
    __asm__ volatile("hlt #0xf000" : "+r"(result) : "r"(block) : "memory");
    return result;
}

static ssize_t host_write(void *unused, const char *bytes, size_t size)
{
    (void) unused;
    const long arguments[] = {host, (long) bytes, (long) size};
    long left = request(SYS_WRITE, arguments);
    if (left == 0)
        return size;
    errno = EIO;
    return 0;
}

void port_open(void)
{
    static const char name[] = ":tt"; /* standard output, which is QEMU's */
    const long arguments[] = {(long) name, FOR_OUTPUT, sizeof name - 1};
    host = request(SYS_OPEN, arguments);
    if (host < 0 || !(records = fopencookie(NULL, "w", (cookie_io_functions_t){.write = host_write})))
        fail("semihosting");
    setvbuf(records, NULL, _IOFBF, 1 << 16);
}

void port_drain(void)
{
    if (fflush(records) != 0)
        fail("semihosting");
}

#else

void port_open(void)
{
    int port = open("/dev/ttyS1", O_WRONLY | O_NOCTTY);
    struct termios mode;
    if (port < 0 || tcgetattr(port, &mode) != 0)
        fail("/dev/ttyS1");
    cfmakeraw(&mode); /* else every newline becomes two bytes */
    cfsetspeed(&mode, B115200);
    if (tcsetattr(port, TCSANOW, &mode) != 0 || !(records = fdopen(port, "w")))
        fail("/dev/ttyS1");
    setvbuf(records, NULL, _IOFBF, 1 << 16);
}

void port_drain(void)
{
    fflush(records);
    tcdrain(fileno(records));
}

#endif
