// What we use of oneDNN, spelled the same for 2.6 and 3.x.
#pragma once

#include "internal.h"
#include <dnnl.h>

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t dn_layout;
typedef const_dnnl_memory_desc_t dn_const_layout;
#else
typedef dnnl_memory_desc_t *dn_layout;
typedef const dnnl_memory_desc_t *dn_const_layout;
#endif

/// The CPU engine, made at the first call; NULL when oneDNN has none.
dnnl_engine_t dn_engine(void);
/// Records oneDNN's status for ck_last_error.
ck_status dn_fail(dnnl_status_t status, const char *what);

// MARK: Layouts: NULL when oneDNN refuses.

dn_layout dn_layout_tagged(int rank, const int64_t *dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag);
dn_layout dn_layout_strided(int rank, const int64_t *dims, dnnl_data_type_t type,
                            const int64_t *strides);
dn_layout dn_layout_part(dn_const_layout whole, const int64_t *dims, const int64_t *offsets);
dn_layout dn_layout_copy(dn_const_layout layout);
void dn_layout_free(dn_layout layout);
void dn_layout_release(dn_layout *layout);

// MARK: Operations

typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t source, weights, bias, destination, scratch;
  size_t scratch_bytes;
} dn_operation;

/// A product [rows, inputs] * weights + bias. `weights` may be of format any; `accumulate` adds to
/// the destination.
dnnl_status_t dn_matmul_description(dnnl_primitive_desc_t *result, dn_const_layout source,
                                    dn_const_layout weights, dn_const_layout bias,
                                    dn_const_layout destination, int accumulate);
dnnl_status_t dn_conv_description(dnnl_primitive_desc_t *result, dn_const_layout source,
                                  dn_const_layout weights, dn_const_layout bias,
                                  dn_const_layout destination, const ck_conv_shape *shape,
                                  int accumulate);
/// The layout of the weights that `description` wants; a copy.
dn_layout dn_weights_layout(const_dnnl_primitive_desc_t description);
/// The name of the implementation, such as "brg:avx512_core".
const char *dn_implementation(const_dnnl_primitive_desc_t description);
/// Makes what `description` describes, without memory behind it. Destroys `description`.
dnnl_status_t dn_operation_new(dn_operation *result, dnnl_primitive_desc_t description);
void dn_operation_free(dn_operation *operation);
/// Runs it on the calling thread's stream.
dnnl_status_t dn_operation_run(const dn_operation *operation, const void *source,
                               const void *weights, const void *bias, void *destination,
                               void *scratch);

/// Copies `from` at `source` into `to` at `destination`, changing layout and type.
dnnl_status_t dn_reorder(dn_const_layout from, const void *source, dn_const_layout to,
                         void *destination);
