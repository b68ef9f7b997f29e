#ifndef ONE4ALL_CSERIALPORT_H
#define ONE4ALL_CSERIALPORT_H

#include <errno.h>
#include <libserialport.h>
#include <sys/ioctl.h>
#include <termios.h>

/* ioctl is variadic; these two take no argument. */
static inline int one4all_tty_exclusive(int descriptor) { return ioctl(descriptor, TIOCEXCL); }
static inline int one4all_tty_shared(int descriptor) { return ioctl(descriptor, TIOCNXCL); }

#endif
