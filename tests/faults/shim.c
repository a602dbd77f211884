/* What a process is told by its C library, made false on demand: the time of day, and whether files below one
 * folder can be reached. Loaded before the library itself (LD_PRELOAD); told what to do by a small file that whoever
 * plays the faults has mapped, too. CONTROL, the path of that file, is given when this is compiled. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { WELL, EIO_AFTER, FROZEN, SLOW };

struct control {
  volatile int64_t offset_s; /* by so much the time of day is wrong */
  volatile int64_t mode;     /* how files below the folder fare */
  volatile int64_t budget;   /* EIO_AFTER: so many bytes are written before; SLOW: microseconds that each call takes */
  volatile int64_t hits;     /* calls that were hit */
  char folder[480];
};

static struct control *control;

__attribute__((constructor)) static void attach(void) {
  int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int file = real(CONTROL, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *found = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (found != MAP_FAILED) control = found;
}

static int below(const char *path) {
  size_t length = strlen(control->folder);
  return path && !strncmp(path, control->folder, length) && (path[length] == '/' || !path[length]);
}

static int fares(int mine) {
  if (!mine) return 0;
  __sync_fetch_and_add(&control->hits, 1);
  if (control->mode == SLOW) usleep((useconds_t)control->budget);
  while (control->mode == FROZEN) usleep(20000);
  return 0;
}

static void touch_path(const char *path) {
  if (control && control->mode) fares(below(path));
}

static int is_below(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

static void touch_file(int file) {
  if (control && control->mode) fares(is_below(file));
}

#define REAL(name, result, ...)                    \
  static result (*real)(__VA_ARGS__);              \
  if (!real) real = dlsym(RTLD_NEXT, name)

#define OPEN(name)                                                       \
  int name(const char *path, int flags, ...) {                           \
    REAL(#name, int, const char *, int, ...);                            \
    va_list more;                                                        \
    va_start(more, flags);                                               \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                        \
    touch_path(path);                                                    \
    return real(path, flags, mode);                                      \
  }
OPEN(open)
OPEN(open64)

#define STAT(name, kind)                                     \
  int name(const char *path, kind *into) {                   \
    REAL(#name, int, const char *, kind *);                  \
    touch_path(path);                                        \
    return real(path, into);                                 \
  }
STAT(stat, struct stat)
STAT(lstat, struct stat)
STAT(stat64, struct stat64)
STAT(lstat64, struct stat64)

int __xstat64(int version, const char *path, struct stat *into) {
  REAL("__xstat64", int, int, const char *, struct stat *);
  touch_path(path);
  return real(version, path, into);
}

DIR *opendir(const char *path) {
  REAL("opendir", DIR *, const char *);
  touch_path(path);
  return real(path);
}

ssize_t write(int file, const void *data, size_t size) {
  REAL("write", ssize_t, int, const void *, size_t);
  if (control && control->mode == EIO_AFTER && is_below(file)) {
    int64_t left = __sync_sub_and_fetch(&control->budget, (int64_t)size);
    if (left < 0) {
      __sync_fetch_and_add(&control->hits, 1);
      errno = EIO;
      return -1;
    }
  } else {
    touch_file(file);
  }
  return real(file, data, size);
}

int fsync(int file) {
  REAL("fsync", int, int);
  if (control && control->mode == EIO_AFTER && control->budget < 0 && is_below(file)) {
    errno = EIO;
    return -1;
  }
  touch_file(file);
  return real(file);
}

int clock_gettime(clockid_t which, struct timespec *into) {
  REAL("clock_gettime", int, clockid_t, struct timespec *);
  int told = real(which, into);
  if (control && which == CLOCK_REALTIME) into->tv_sec += control->offset_s;
  return told;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
  REAL("gettimeofday", int, struct timeval *, void *);
  int told = real(into, zone);
  if (control && into) into->tv_sec += control->offset_s;
  return told;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}

/* Who waits until a time of day has taken it from the clock above; the kernel goes by its own. */
int sem_timedwait(sem_t *restrict which, const struct timespec *restrict until) {
  REAL("sem_timedwait", int, sem_t *, const struct timespec *);
  struct timespec right = *until;
  if (control) right.tv_sec -= control->offset_s;
  return real(which, &right);
}
