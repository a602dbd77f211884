/* File operations that fail as a share's do: put before the C library of one process by LD_PRELOAD.

   FAULTS names a file of rules, one a line: operation, first successes, failures (0: for ever), errno, what
   the path begins with. Operations: write, fsync (of files), fsyncdir, link, close, rename, late (a rename or
   link that is done, and told as failed: its answer was lost). Closes of files that were open for writing fail alone, and have closed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULES 16
static int counted[RULES];

static int fault(const char *operation, const char *path) {
    const char *name = getenv("FAULTS");
    char text[4096], *line = text, *end;
    if (name == NULL || path == NULL) return 0;
    int file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    long size = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (size <= 0) return 0;
    text[size] = 0;
    for (int rule = 0; rule < RULES && *line; rule++, line = end + 1) {
        char wanted[16], prefix[1024];
        int first, failures, number;
        if ((end = strchr(line, '\n')) == NULL) break;
        *end = 0;
        if (sscanf(line, "%15s %d %d %d %1023[^\n]", wanted, &first, &failures, &number, prefix) != 5) continue;
        if (strcmp(wanted, operation) || strncmp(path, prefix, strlen(prefix))) continue;
        int before = __sync_fetch_and_add(&counted[rule], 1);
        if (before >= first && (failures == 0 || before < first + failures)) return number;
    }
    return 0;
}

static const char *path_of(int descriptor, char *path, size_t room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, room - 1);
    if (size < 0) return NULL;
    path[size] = 0;
    return path;
}

static int fails(const char *operation, const char *path) {
    int number = fault(operation, path);
    if (number) errno = number;
    return number;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    char path[4096];
    if (fails("write", path_of(descriptor, path, sizeof path))) return -1;
    return syscall(SYS_write, descriptor, bytes, count);
}

static int synced(int descriptor, long call) {
    char path[4096];
    struct stat found;
    int folder = fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode);
    if (fails(folder ? "fsyncdir" : "fsync", path_of(descriptor, path, sizeof path))) return -1;
    return syscall(call, descriptor);
}

int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int close(int descriptor) {
    char path[4096];
    int written = (fcntl(descriptor, F_GETFL) & O_ACCMODE) != O_RDONLY;
    const char *known = written ? path_of(descriptor, path, sizeof path) : NULL;
    int done = syscall(SYS_close, descriptor);
    return fails("close", known) ? -1 : done;
}

static int named(const char *operation, int from, const char *old, int to, const char *new, long call, int flags) {
    if (fails(operation, new)) return -1;
    int done = syscall(call, from, old, to, new, flags);
    return done == 0 && fails("late", new) ? -1 : done;
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    return named("link", from, old, to, new, SYS_linkat, flags);
}
int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) {
    return named("rename", from, old, to, new, SYS_renameat2, 0);
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }
