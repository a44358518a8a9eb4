// The one file that knows how oneDNN 2.x and 3.x differ.

#include "onednn.h"
#include <pthread.h>
#include <stdlib.h>

static dnnl_engine_t engine;

static void make_engine(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

dnnl_engine_t dn_engine(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_engine);
  return engine;
}

ck_status dn_fail(dnnl_status_t status, const char *what) {
  return ck_fail(status == dnnl_out_of_memory ? CK_OUT_OF_MEMORY : CK_FAILED,
                 "oneDNN refused %s (status %d)", what, (int)status);
}

// MARK: Layouts

#if DNNL_VERSION_MAJOR >= 3

dn_layout dn_layout_tagged(int rank, const int64_t *dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag) {
  dn_layout layout = NULL;
  return dnnl_memory_desc_create_with_tag(&layout, rank, dims, type, tag) ? NULL : layout;
}

dn_layout dn_layout_strided(int rank, const int64_t *dims, dnnl_data_type_t type,
                            const int64_t *strides) {
  dn_layout layout = NULL;
  return dnnl_memory_desc_create_with_strides(&layout, rank, dims, type, strides) ? NULL : layout;
}

dn_layout dn_layout_part(dn_const_layout whole, const int64_t *dims, const int64_t *offsets) {
  dn_layout layout = NULL;
  return dnnl_memory_desc_create_submemory(&layout, whole, dims, offsets) ? NULL : layout;
}

dn_layout dn_layout_copy(dn_const_layout original) {
  dn_layout layout = NULL;
  return dnnl_memory_desc_clone(&layout, original) ? NULL : layout;
}

void dn_layout_free(dn_layout layout) {
  if (layout) dnnl_memory_desc_destroy(layout);
}

#else

/// A copy of `made` on the heap, unless `status` says that it was not made.
static dn_layout boxed(dnnl_status_t status, const dnnl_memory_desc_t *made) {
  dn_layout layout = status == dnnl_success ? malloc(sizeof *layout) : NULL;
  if (layout) *layout = *made;
  return layout;
}

dn_layout dn_layout_tagged(int rank, const int64_t *dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag) {
  dnnl_memory_desc_t made;
  return boxed(dnnl_memory_desc_init_by_tag(&made, rank, dims, type, tag), &made);
}

dn_layout dn_layout_strided(int rank, const int64_t *dims, dnnl_data_type_t type,
                            const int64_t *strides) {
  dnnl_memory_desc_t made;
  return boxed(dnnl_memory_desc_init_by_strides(&made, rank, dims, type, strides), &made);
}

dn_layout dn_layout_part(dn_const_layout whole, const int64_t *dims, const int64_t *offsets) {
  dnnl_memory_desc_t made;
  return boxed(dnnl_memory_desc_init_submemory(&made, whole, dims, offsets), &made);
}

dn_layout dn_layout_copy(dn_const_layout original) { return boxed(dnnl_success, original); }

void dn_layout_free(dn_layout layout) { free(layout); }

#endif

void dn_layout_release(dn_layout *layout) { dn_layout_free(*layout); }

// MARK: Descriptions

/// Attributes with our own scratch memory, and with a sum where `accumulate`.
static dnnl_status_t make_attributes(dnnl_primitive_attr_t *attributes, int accumulate) {
  dnnl_status_t status = dnnl_primitive_attr_create(attributes);
  if (status) return status;
  status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
  if (status || !accumulate) return status;
  dnnl_post_ops_t operations;
  if ((status = dnnl_post_ops_create(&operations))) return status;
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
#else
  status = dnnl_post_ops_append_sum(operations, 1);
#endif
  if (!status) status = dnnl_primitive_attr_set_post_ops(*attributes, operations);
  dnnl_post_ops_destroy(operations);
  return status;
}

dnnl_status_t dn_matmul_description(dnnl_primitive_desc_t *result, dn_const_layout source,
                                    dn_const_layout weights, dn_const_layout bias,
                                    dn_const_layout destination, int accumulate) {
  dnnl_primitive_attr_t attributes;
  dnnl_status_t status = make_attributes(&attributes, accumulate);
  if (status) return status;
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_matmul_primitive_desc_create(result, dn_engine(), source, weights, bias,
                                             destination, attributes);
#else
  dnnl_matmul_desc_t description;
  status = dnnl_matmul_desc_init(&description, source, weights, bias, destination);
  if (!status)
    status = dnnl_primitive_desc_create(result, &description, attributes, dn_engine(), NULL);
#endif
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

dnnl_status_t dn_conv_description(dnnl_primitive_desc_t *result, dn_const_layout source,
                                  dn_const_layout weights, dn_const_layout bias,
                                  dn_const_layout destination, const ck_conv_shape *shape,
                                  int accumulate) {
  dnnl_primitive_attr_t attributes;
  dnnl_status_t status = make_attributes(&attributes, accumulate);
  if (status) return status;
  const dnnl_dims_t strides = {shape->stride, shape->stride}, dilation = {0, 0};
  const dnnl_dims_t before = {shape->top, shape->left}, after = {shape->bottom, shape->right};
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_convolution_forward_primitive_desc_create(
      result, dn_engine(), dnnl_forward_inference, dnnl_convolution_direct, source, weights, bias,
      destination, strides, dilation, before, after, attributes);
#else
  dnnl_convolution_desc_t description;
  status = dnnl_dilated_convolution_forward_desc_init(
      &description, dnnl_forward_inference, dnnl_convolution_direct, source, weights, bias,
      destination, strides, dilation, before, after);
  if (!status)
    status = dnnl_primitive_desc_create(result, &description, attributes, dn_engine(), NULL);
#endif
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

static dn_const_layout layout_of(const_dnnl_primitive_desc_t description, dnnl_query_t query) {
  return dnnl_primitive_desc_query_md(description, query, 0);
}

dn_layout dn_weights_layout(const_dnnl_primitive_desc_t description) {
  return dn_layout_copy(layout_of(description, dnnl_query_weights_md));
}

const char *dn_implementation(const_dnnl_primitive_desc_t description) {
  const char *name = "";
  dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
  return name;
}

// MARK: Operations

static dnnl_status_t make_memory(dnnl_memory_t *memory, dn_const_layout layout) {
  if (!layout || dnnl_memory_desc_get_size(layout) == 0) return dnnl_success;
  return dnnl_memory_create(memory, layout, dn_engine(), DNNL_MEMORY_NONE);
}

dnnl_status_t dn_operation_new(dn_operation *result, dnnl_primitive_desc_t description) {
  *result = (dn_operation){0};
  dn_const_layout scratch = layout_of(description, dnnl_query_scratchpad_md);
  dnnl_status_t status = dnnl_primitive_create(&result->primitive, description);
  if (!status) {
    status = make_memory(&result->source, layout_of(description, dnnl_query_src_md));
    if (!status)
      status = make_memory(&result->weights, layout_of(description, dnnl_query_weights_md));
    if (!status)
      status = make_memory(&result->bias,
                           dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 1));
    if (!status)
      status = make_memory(&result->destination, layout_of(description, dnnl_query_dst_md));
    if (!status) status = make_memory(&result->scratch, scratch);
    result->scratch_bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
  }
  dnnl_primitive_desc_destroy(description);
  if (status) dn_operation_free(result);
  return status;
}

void dn_operation_free(dn_operation *operation) {
  dnnl_memory_t memories[] = {operation->source, operation->weights, operation->bias,
                              operation->destination, operation->scratch};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  if (operation->primitive) dnnl_primitive_destroy(operation->primitive);
  *operation = (dn_operation){0};
}

/// The calling thread's stream. Streams of CPU engines hold nothing but flags, so that those of
/// ended threads are let go.
static dnnl_stream_t stream(void) {
  static _Thread_local dnnl_stream_t own;
  if (!own && dnnl_stream_create(&own, dn_engine(), dnnl_stream_default_flags)) own = NULL;
  return own;
}

dnnl_status_t dn_operation_run(const dn_operation *operation, const void *source,
                               const void *weights, const void *bias, void *destination,
                               void *scratch) {
  const struct {
    int argument;
    dnnl_memory_t memory;
    void *data;
  } bound[] = {{DNNL_ARG_SRC, operation->source, (void *)source},
               {DNNL_ARG_WEIGHTS, operation->weights, (void *)weights},
               {DNNL_ARG_DST, operation->destination, destination},
               {DNNL_ARG_BIAS, operation->bias, (void *)bias},
               {DNNL_ARG_SCRATCHPAD, operation->scratch, scratch}};
  dnnl_exec_arg_t arguments[5];
  int count = 0;
  for (size_t i = 0; i < 5; i++) {
    if (!bound[i].memory) continue;
    dnnl_status_t status = dnnl_memory_set_data_handle(bound[i].memory, bound[i].data);
    if (status) return status;
    arguments[count++] = (dnnl_exec_arg_t){bound[i].argument, bound[i].memory};
  }
  dnnl_stream_t own = stream();
  if (!own) return dnnl_out_of_memory;
  return dnnl_primitive_execute(operation->primitive, own, count, arguments);
}

dnnl_status_t dn_reorder(dn_const_layout from, const void *source, dn_const_layout to,
                         void *destination) {
  dnnl_primitive_desc_t description;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(&description, from, dn_engine(), to,
                                                            dn_engine(), NULL);
  if (status) return status;
  dnnl_primitive_t primitive = NULL;
  dnnl_memory_t in = NULL, out = NULL;
  status = dnnl_primitive_create(&primitive, description);
  if (!status) status = dnnl_memory_create(&in, from, dn_engine(), (void *)source);
  if (!status) status = dnnl_memory_create(&out, to, dn_engine(), destination);
  if (!status) {
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, in}, {DNNL_ARG_TO, out}};
    status = stream() ? dnnl_primitive_execute(primitive, stream(), 2, arguments)
                      : dnnl_out_of_memory;
  }
  if (in) dnnl_memory_destroy(in);
  if (out) dnnl_memory_destroy(out);
  if (primitive) dnnl_primitive_destroy(primitive);
  dnnl_primitive_desc_destroy(description);
  return status;
}
