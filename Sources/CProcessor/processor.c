#include "CProcessor.h"
#include <stdlib.h>
#include <string.h>

static int chosen_path = -1;

int ok_best_path(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return OK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return OK_AVX2;
#endif
    return OK_PLAIN;
}

void ok_use_path(int path) {
    int best = ok_best_path();
    __atomic_store_n(&chosen_path, path < OK_PLAIN || path > best ? best : path, __ATOMIC_RELAXED);
}

int ok_path(void) {
    int path = __atomic_load_n(&chosen_path, __ATOMIC_RELAXED);
    if (path >= 0) return path;
    const char *wanted = getenv("ODDLINE_KERNELS");
    ok_use_path(!wanted                        ? OK_AVX512
                : !strcmp(wanted, "plain")     ? OK_PLAIN
                : !strcmp(wanted, "avx2")      ? OK_AVX2
                                               : OK_AVX512);
    return __atomic_load_n(&chosen_path, __ATOMIC_RELAXED);
}
