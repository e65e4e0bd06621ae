// Makes one call of the system fail, or sets the clock, in a program that was not built for it (LD_PRELOAD); faults.py uses it.
//
//     FAULT_CALL   write, sync, rename, open, truncate or any
//     FAULT_AT     which of these calls fails, from 1; all later ones too where FAULT_ON is set
//     FAULT_ERRNO  what it fails with
//     FAULT_UNDER  only calls for files under this folder count
//     FAULT_MARK   a file that is made when a call has failed
//     CLOCK_SHIFT  seconds added to the time of day
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static int under(const char *path) {
    const char *folder = getenv("FAULT_UNDER");
    return folder && path && !strncmp(path, folder, strlen(folder));
}

static int under_descriptor(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return under(path);
}

// Whether this call is the one that fails.
static int fails(const char *call) {
    static int count;
    const char *wanted = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *mark = getenv("FAULT_MARK");
    if (!wanted || !at || (strcmp(wanted, "any") && strcmp(wanted, call))) return 0;
    int number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST), failing = atoi(at);
    if (number != failing && !(getenv("FAULT_ON") && number > failing)) return 0;
    if (mark) {
        long descriptor = syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT, 0600);
        if (descriptor >= 0) syscall(SYS_close, descriptor);
    }
    const char *reason = getenv("FAULT_ERRNO");
    errno = reason ? atoi(reason) : EIO;
    return 1;
}

ssize_t write(int d, const void *b, size_t n) { return under_descriptor(d) && fails("write") ? -1 : REAL(write)(d, b, n); }
ssize_t pwrite(int d, const void *b, size_t n, off_t o) {
    return under_descriptor(d) && fails("write") ? -1 : REAL(pwrite)(d, b, n, o);
}
ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) {
    return under_descriptor(d) && fails("write") ? -1 : REAL(pwrite64)(d, b, n, o);
}
ssize_t writev(int d, const struct iovec *v, int n) {
    return under_descriptor(d) && fails("write") ? -1 : REAL(writev)(d, v, n);
}
int fsync(int d) { return under_descriptor(d) && fails("sync") ? -1 : REAL(fsync)(d); }
int fdatasync(int d) { return under_descriptor(d) && fails("sync") ? -1 : REAL(fdatasync)(d); }
int ftruncate(int d, off_t n) { return under_descriptor(d) && fails("truncate") ? -1 : REAL(ftruncate)(d, n); }
int ftruncate64(int d, off64_t n) { return under_descriptor(d) && fails("truncate") ? -1 : REAL(ftruncate64)(d, n); }
int rename(const char *a, const char *b) { return under(b) && fails("rename") ? -1 : REAL(rename)(a, b); }
int renameat2(int f, const char *a, int g, const char *b, unsigned how) {
    return under(b) && fails("rename") ? -1 : REAL(renameat2)(f, a, g, b, how);
}
int link(const char *a, const char *b) { return under(b) && fails("rename") ? -1 : REAL(link)(a, b); }
int linkat(int f, const char *a, int g, const char *b, int how) {
    return under(b) && fails("rename") ? -1 : REAL(linkat)(f, a, g, b, how);
}

#define OPEN(NAME, PARAMETERS, PATH, ...) \
    int NAME PARAMETERS { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        return under(PATH) && fails("open") ? -1 : REAL(NAME)(__VA_ARGS__, mode); \
    }
OPEN(open, (const char *path, int flags, ...), path, path, flags)
OPEN(open64, (const char *path, int flags, ...), path, path, flags)
OPEN(openat, (int folder, const char *path, int flags, ...), path, folder, path, flags)
OPEN(openat64, (int folder, const char *path, int flags, ...), path, folder, path, flags)

static long shift(void) {
    const char *text = getenv("CLOCK_SHIFT");
    return text ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    long answer = syscall(SYS_clock_gettime, clock, now);
    if (answer == 0 && clock == CLOCK_REALTIME) now->tv_sec += shift();
    return (int)answer;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    long answer = syscall(SYS_gettimeofday, now, zone);
    if (answer == 0) now->tv_sec += shift();
    return (int)answer;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
