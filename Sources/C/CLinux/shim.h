#ifndef ONE4ALL_CLINUX_H
#define ONE4ALL_CLINUX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <link.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* glibc shows these with _GNU_SOURCE only, which Swift's importer does not set. */
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);
struct dl_phdr_info {
  ElfW(Addr) dlpi_addr;
  const char *dlpi_name;
  const ElfW(Phdr) * dlpi_phdr;
  ElfW(Half) dlpi_phnum;
};
int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *object, size_t size, void *data), void *data);

/* ioctl is variadic. How many bytes a terminal or a socket has for whoever reads it; 0 when that is not known. */
static inline int one4all_bytes_waiting(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 && count > 0 ? count : 0;
}

/* getopt's state is global variables, which Swift does not let itself touch. */
static inline void one4all_getopt_restart(void) {
  optind = 0;
  opterr = 0;
}
static inline int one4all_getopt_index(void) { return optind; }
static inline int one4all_getopt_letter(void) { return optopt; }
static inline const char *one4all_getopt_argument(void) { return optarg; }

#endif
