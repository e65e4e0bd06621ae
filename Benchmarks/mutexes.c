// Tells ThreadSanitizer of the locks of Swift's Mutex that have to wait, in a program that was not built for it (LD_PRELOAD).
//
// The way without waiting is compiled into our code, where the sanitizer sees it; the other lies in libswiftSynchronization,
// which is not built with it, so that all that a waiting thread finds afterwards would look like a race. Built with the toolchain's
// clang, which knows Swift's calling convention.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static void tell(const char *name, void *lock) {
    void (*sanitizer)(void *) = dlsym(RTLD_DEFAULT, name);
    if (sanitizer) sanitizer(lock);
}

SWIFT void lock_slowly(uint32_t thread, SELF) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void lock_slowly(uint32_t thread, SELF) {
    ((SWIFT void (*)(uint32_t, SELF))next("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"))(thread, self);
    tell("__tsan_acquire", self);
}

SWIFT void unlock_slowly(SELF) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT void unlock_slowly(SELF) {
    tell("__tsan_release", self);
    ((SWIFT void (*)(SELF))next("$s15Synchronization12_MutexHandleV11_unlockSlowyyF"))(self);
}
