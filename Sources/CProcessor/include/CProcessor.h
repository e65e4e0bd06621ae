// The instructions that kernels are compiled for, and which of them are used.
#ifndef ODDLINE_CPROCESSOR_H
#define ODDLINE_CPROCESSOR_H

/// Baseline instructions; AVX2 with fused multiply-add; AVX-512 F, DQ and VL.
enum { OK_PLAIN, OK_AVX2, OK_AVX512 };

/// The last of these that the processor has.
int ok_best_path(void);
/// The one in use: the best, or the one that the environment variable ODDLINE_KERNELS names (plain, avx2, avx512) where the
/// processor has it.
int ok_path(void);
/// Has all kernels use another one from now on, or the best where the processor does not have it.
void ok_use_path(int path);

#define INLINE static inline __attribute__((always_inline))

/// Defines ok_NAME from an inline NAME_body: compiled once for each set of instructions, one of which runs.
#if defined(__x86_64__)
#define PATHS(NAME, PARAMETERS, ARGUMENTS) \
    __attribute__((target("avx512f"))) static void NAME##_avx512 PARAMETERS { NAME##_body ARGUMENTS; } \
    __attribute__((target("avx2,fma"))) static void NAME##_avx2 PARAMETERS { NAME##_body ARGUMENTS; } \
    static void NAME##_plain PARAMETERS { NAME##_body ARGUMENTS; } \
    void ok_##NAME PARAMETERS { \
        switch (ok_path()) { \
        case OK_AVX512: NAME##_avx512 ARGUMENTS; return; \
        case OK_AVX2: NAME##_avx2 ARGUMENTS; return; \
        default: NAME##_plain ARGUMENTS; \
        } \
    }
#else
#define PATHS(NAME, PARAMETERS, ARGUMENTS) \
    void ok_##NAME PARAMETERS { NAME##_body ARGUMENTS; }
#endif

#endif
