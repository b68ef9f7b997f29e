/* A host whose wall clock, and whose kernel's word about it, a test chooses: preloaded into the daemon (LD_PRELOAD). The
 * file that ONE4ALL_HOST_CLOCK names holds both, and may change at any time. Every other clock is the real one. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

struct wish {
  int64_t offset_milliseconds;
  int64_t is_synchronised;
};

static const volatile struct wish *wish;

__attribute__((constructor)) static void read_wish(void) {
  const char *path = getenv("ONE4ALL_HOST_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof(struct wish), PROT_READ, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED) wish = memory;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result != 0 || clock != CLOCK_REALTIME || !wish) return result;
  int64_t nanoseconds = now->tv_nsec + wish->offset_milliseconds % 1000 * 1000000;
  now->tv_sec += wish->offset_milliseconds / 1000;
  if (nanoseconds < 0) {
    now->tv_sec -= 1;
    nanoseconds += 1000000000;
  } else if (nanoseconds >= 1000000000) {
    now->tv_sec += 1;
    nanoseconds -= 1000000000;
  }
  now->tv_nsec = nanoseconds;
  return 0;
}

int gettimeofday(struct timeval *now, void *zone) {
  (void)zone;
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}

int adjtimex(struct timex *state) {
  memset(state, 0, sizeof *state);
  if (wish && wish->is_synchronised) return TIME_OK;
  state->status = STA_UNSYNC;
  return TIME_ERROR;
}
