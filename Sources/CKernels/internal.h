// Shared by the files of this target.
#pragma once

#include "CKernels.h"

#define CLEANUP(f) __attribute__((cleanup(f)))

#if defined(__x86_64__)
/// Compiles a function for SSE2, AVX2 and AVX-512; the loader picks.
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Vectors cross no function that is not inlined, so that their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float f32x16 __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef int32_t i32x16 __attribute__((ext_vector_type(16), aligned(4), may_alias));

/// Records a message for ck_last_error and returns `status`.
ck_status ck_fail(ck_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// Whether the machine has AMX's tiles for bf16, and the system lets us use them.
int ck_has_tiles(void);

// MARK: Threads

typedef void (*ck_body)(void *context, size_t index, int thread);
/// Runs body(context, 0 ..< count, thread) on the team; which thread takes which index is left open.
void ck_parallel(size_t count, void *context, ck_body body);
/// Limits the team of the calling thread, and returns the former limit.
int ck_limit_threads(int count);
/// Serialises the public functions.
void ck_lock(void);
void ck_unlock(void);

// MARK: Memory

/// Page-aligned memory in huge pages where the system gives them. NULL when there is none.
void *ck_pages_new(size_t bytes);
void ck_pages_free(void *pages, size_t bytes);

typedef enum { CK_PACKING, CK_RUNNING } ck_phase;
/// Tells malloc what comes: while packing, plain weights go back to the system as soon as they are
/// freed (in malloc's own heaps their gaps come to a quarter of a gigabyte); while running, the
/// smaller maps, of a few sizes that come and go, had better stay. (The larger ones would leave gaps
/// of half a gigabyte.) Under ck_lock.
void ck_expect(ck_phase phase);

/// Memory kept between calls (the first `bytes` of it), for one purpose each. Guarded by ck_lock.
typedef enum { CK_SCRATCH_INPUT, CK_SCRATCH_OUTPUT, CK_SCRATCH_CONVERT, CK_SCRATCH_ONEDNN,
               CK_SCRATCH_KINDS } ck_scratch_kind;
void *ck_scratch(ck_scratch_kind kind, size_t bytes);

// MARK: Parts of kernels, to be called under ck_lock

void ck_copy(const float *x, size_t count, float *y);
/// Rounds to nearest even.
void ck_to_bf16(const float *x, size_t count, uint16_t *y);
/// y [rows, channels] = x[:, :channels] * gelu(x[:, channels:]).
void ck_geglu_rows(const float *x, size_t rows, size_t channels, float *y);

/// The input of a convolution as it sees it: scaled, activated, interpolated and padded.
typedef struct {
  ck_conv_run_arguments run;
  size_t channels;
  /// Rows and columns of padding before the first.
  int top, left;
  int circular;
} ck_view;

/// The size after interpolation, before padding.
void ck_view_size(const ck_view *view, int *height, int *width);
/// Copies rows `row` ..< `row + rows` and columns `column` ..< `column + columns` (both counted with
/// padding; beyond the padding come zeros) of `count` channels from `channel` on to `target`
/// [rows, columns, stride]. Channels up to `stride` become zero.
void ck_view_read(const ck_view *view, int row, int rows, int column, int columns, size_t channel,
                  size_t count, size_t stride, float *target);
