// Packed weight matrices of one shape, and the products with them.

#include "matrix.h"
#include <stdlib.h>

enum { kept_products = 8 };

struct matrix_product {
  matrix_plan plan;
  int threads;
  /// One a thread (each binds its own memory objects), or one for the whole team.
  int operation_count;
  dn_operation *operations;
  size_t scratch_stride;
  char *scratch;
  matrix_product *next;
};

static void product_free(matrix_product *product) {
  if (!product) return;
  for (int i = 0; i < product->operation_count; i++) dn_operation_free(&product->operations[i]);
  free(product->operations);
  ck_pages_free(product->scratch, product->scratch_stride * product->operation_count);
  free(product);
}

static dnnl_status_t describe(const matrix_set *set, dn_const_layout weights, matrix_plan plan,
                              dnnl_primitive_desc_t *result) {
  const int64_t rows = plan.rows, inputs = set->inputs, outputs = set->outputs;
  CLEANUP(dn_layout_release) dn_layout source = dn_layout_strided(
      2, (int64_t[]){rows, inputs}, set->type, (int64_t[]){plan.source_stride, 1});
  CLEANUP(dn_layout_release) dn_layout destination = dn_layout_strided(
      2, (int64_t[]){rows, outputs}, dnnl_f32, (int64_t[]){plan.destination_stride, 1});
  CLEANUP(dn_layout_release) dn_layout bias =
      plan.has_bias ? dn_layout_tagged(2, (int64_t[]){1, outputs}, dnnl_f32, dnnl_ab) : NULL;
  if (!source || !destination || (plan.has_bias && !bias)) return dnnl_out_of_memory;
  int former = plan.one_thread ? ck_limit_threads(1) : 0;
  dnnl_status_t status =
      dn_matmul_description(result, source, weights, bias, destination, plan.accumulate);
  if (plan.one_thread) ck_limit_threads(former);
  return status;
}

// MARK: Packing

ck_status matrix_set_new(matrix_set *set, size_t count, size_t inputs, size_t outputs,
                         ck_precision precision, matrix_plan plan) {
  *set = (matrix_set){.count = count, .inputs = inputs, .outputs = outputs};
  set->type = precision == CK_BF16 ? dnnl_bf16 : dnnl_f32;
  CLEANUP(dn_layout_release) dn_layout any = dn_layout_tagged(
      2, (int64_t[]){inputs, outputs}, set->type, dnnl_format_tag_any);
  if (!dn_engine() || !any) return ck_fail(CK_FAILED, "oneDNN has no CPU engine");
  dnnl_primitive_desc_t description;
  dnnl_status_t status = describe(set, any, plan, &description);
  if (status) return dn_fail(status, "a matrix product");
  set->layout = dn_weights_layout(description);
  dnnl_primitive_desc_destroy(description);
  if (!set->layout) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  set->bytes_each = (dnnl_memory_desc_get_size(set->layout) + 63) / 64 * 64;
  set->pages = ck_pages_new(set->bytes_each * count);
  if (set->pages) return CK_OK;
  matrix_set_free(set);
  return ck_fail(CK_OUT_OF_MEMORY, "no memory for packed weights");
}

void matrix_set_free(matrix_set *set) {
  while (set->products) {
    matrix_product *next = set->products->next;
    product_free(set->products);
    set->products = next;
  }
  ck_pages_free(set->pages, set->bytes_each * set->count);
  dn_layout_free(set->layout);
  *set = (matrix_set){0};
}

ck_status matrix_pack(matrix_set *set, size_t index, size_t first, size_t columns,
                      const float *plain, size_t input_stride, size_t output_stride) {
  const int64_t dims[] = {set->inputs, columns};
  CLEANUP(dn_layout_release) dn_layout from =
      dn_layout_strided(2, dims, dnnl_f32, (int64_t[]){input_stride, output_stride});
  CLEANUP(dn_layout_release) dn_layout to =
      columns == set->outputs ? dn_layout_copy(set->layout)
                              : dn_layout_part(set->layout, dims, (int64_t[]){0, first});
  if (!from || !to) return ck_fail(CK_FAILED, "oneDNN refused a part of packed weights");
  dnnl_status_t status = dn_reorder(from, plain, to, set->pages + index * set->bytes_each);
  return status ? dn_fail(status, "packing weights") : CK_OK;
}

// MARK: Products

static int same(matrix_plan a, matrix_plan b) {
  return a.rows == b.rows && a.source_stride == b.source_stride &&
         a.destination_stride == b.destination_stride && a.has_bias == b.has_bias &&
         a.accumulate == b.accumulate && a.one_thread == b.one_thread;
}

static ck_status product_new(const matrix_set *set, matrix_plan plan, int threads,
                             matrix_product **result) {
  matrix_product *product = calloc(1, sizeof *product);
  if (!product) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a matrix product");
  product->plan = plan;
  product->threads = threads;
  int count = plan.one_thread ? threads : 1;
  product->operations = calloc(count, sizeof *product->operations);
  dnnl_status_t status = product->operations ? dnnl_success : dnnl_out_of_memory;
  for (int i = 0; i < count && !status; i++) {
    dnnl_primitive_desc_t description;
    status = describe(set, set->layout, plan, &description);
    if (!status) status = dn_operation_new(&product->operations[i], description);
    product->operation_count += !status;
  }
  if (!status) {
    product->scratch_stride = (product->operations[0].scratch_bytes + 4095) / 4096 * 4096;
    if (product->scratch_stride) product->scratch = ck_pages_new(product->scratch_stride * count);
    if (product->scratch_stride && !product->scratch) status = dnnl_out_of_memory;
  }
  if (status) {
    product_free(product);
    return dn_fail(status, "a matrix product");
  }
  *result = product;
  return CK_OK;
}

ck_status matrix_product_for(matrix_set *set, matrix_plan plan, matrix_product **result) {
  int threads = ck_thread_count();
  int count = 0;
  for (matrix_product **link = &set->products; *link; link = &(*link)->next, count++) {
    matrix_product *product = *link;
    if (product->threads != threads || !same(product->plan, plan)) continue;
    *link = product->next;
    product->next = set->products;
    *result = set->products = product;
    return CK_OK;
  }
  if (count >= kept_products) {
    matrix_product **link = &set->products;
    while ((*link)->next) link = &(*link)->next;
    product_free(*link);
    *link = NULL;
  }
  ck_status status = product_new(set, plan, threads, result);
  if (status) return status;
  (*result)->next = set->products;
  set->products = *result;
  return CK_OK;
}

ck_status matrix_product_run(const matrix_set *set, const matrix_product *product, size_t index,
                             const void *source, const float *bias, float *destination,
                             int thread) {
  int own = product->plan.one_thread ? thread : 0;
  dnnl_status_t status = dn_operation_run(
      &product->operations[own], source, set->pages + index * set->bytes_each, bias, destination,
      product->scratch + own * product->scratch_stride);
  return status ? dn_fail(status, "to run a matrix product") : CK_OK;
}
