/* The time of day as a sundial tells it whose sun goes faster: loaded before the C library itself (LD_PRELOAD), it
 * answers whoever asks for CLOCK_REALTIME by a small file that whoever moves the sun has mapped, too; DIAL, the path of
 * that file, is given when this is compiled. CLOCK_MONOTONIC stays as it is: whatever is measured in seconds takes real seconds. Redis is left alone: it
 * waits by the time of day, and nothing that it is told has to do with it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* At `since`, by CLOCK_MONOTONIC, it was `told`; from then on `speed` thousandths of a second pass in each
 * millisecond, and no more than `least` once `until` is told. `turn` is odd while that is being changed. */
struct dial {
  volatile uint64_t turn;
  volatile int64_t since;
  volatile int64_t told;
  volatile int64_t speed;
  volatile int64_t until;
  volatile int64_t least;
};

static const int64_t BILLION = 1000000000;
static struct dial *dial;

#define REAL(name, result, ...)       \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void attach(void) {
  if (!strcmp(program_invocation_short_name, "redis-server")) return;
  int file = open(DIAL, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  void *found = mmap(NULL, sizeof *dial, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (found != MAP_FAILED) dial = found;
}

static int really(clockid_t which, struct timespec *into) {
  REAL("clock_gettime", int, clockid_t, struct timespec *);
  return real(which, into);
}

static int64_t now(void) {
  struct timespec passed;
  uint64_t turn;
  int64_t since, told, speed, until, least;
  do {
    turn = __atomic_load_n(&dial->turn, __ATOMIC_ACQUIRE);
    since = dial->since, told = dial->told, speed = dial->speed;
    until = dial->until, least = dial->least;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
  } while (turn % 2 || turn != dial->turn);
  really(CLOCK_MONOTONIC, &passed);
  int64_t real_ns = passed.tv_sec * BILLION + passed.tv_nsec - since;
  /* In 128 bits, so that a day at any speed fits. */
  int64_t then = told + (int64_t)((__int128)real_ns * speed / 1000);
  if (then <= until) return then;
  int64_t flown = (int64_t)((__int128)(until - told) * 1000 / speed);
  return until + (int64_t)((__int128)(real_ns - flown) * least / 1000);
}

int clock_gettime(clockid_t which, struct timespec *into) {
  if (!dial || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)) return really(which, into);
  int64_t told = now();
  into->tv_sec = told / BILLION;
  into->tv_nsec = told % BILLION;
  return 0;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
  REAL("gettimeofday", int, struct timeval *, void *);
  if (!dial || !into) return real(into, zone);
  int64_t told = now();
  into->tv_sec = told / BILLION;
  into->tv_usec = told % BILLION / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec told;
  clock_gettime(CLOCK_REALTIME, &told);
  if (into) *into = told.tv_sec;
  return told.tv_sec;
}

/* Who waits until a time of day means seconds from now, real ones; the kernel goes by its own clock. */
int sem_timedwait(sem_t *restrict which, const struct timespec *restrict until) {
  REAL("sem_timedwait", int, sem_t *, const struct timespec *);
  if (!dial) return real(which, until);
  int64_t left = until->tv_sec * BILLION + until->tv_nsec - now();
  struct timespec right;
  really(CLOCK_REALTIME, &right);
  left = (left > 0 ? left : 0) + right.tv_nsec;
  right.tv_sec += left / BILLION;
  right.tv_nsec = left % BILLION;
  return real(which, &right);
}
