// Packed weight matrices of one shape, and the products with them.
#pragma once

#include "onednn.h"

typedef struct matrix_product matrix_product;

/// `count` matrices [inputs, outputs], each in the layout that oneDNN prefers.
typedef struct {
  size_t count, inputs, outputs;
  dnnl_data_type_t type;
  dn_layout layout;
  size_t bytes_each;
  /// Matrix i lies at pages + i * bytes_each.
  char *pages;
  /// What was made for other numbers of rows, the latest first.
  matrix_product *products;
} matrix_set;

/// How a product is to run.
typedef struct {
  size_t rows;
  /// Elements from one row to the next of source and destination.
  size_t source_stride, destination_stride;
  int has_bias, accumulate;
  /// 1: each product on the thread that asks for it; else the whole team's.
  int one_thread;
} matrix_plan;

/// Makes room for the matrices in the layout that is best for `plan`; fill it with matrix_pack.
ck_status matrix_set_new(matrix_set *set, size_t count, size_t inputs, size_t outputs,
                         ck_precision precision, matrix_plan plan);
void matrix_set_free(matrix_set *set);
/// Packs columns `first` ..< `first + columns` of matrix `index` from `plain`, where element (input,
/// output) lies at input * input_stride + output * output_stride.
ck_status matrix_pack(matrix_set *set, size_t index, size_t first, size_t columns,
                      const float *plain, size_t input_stride, size_t output_stride);

/// The product that `plan` describes, made at its first use. Valid until the set is freed or eight
/// other plans were asked for.
ck_status matrix_product_for(matrix_set *set, matrix_plan plan, matrix_product **result);
/// destination = source * matrix `index` (+ bias). Source has the set's type. `thread` is the
/// calling thread's number in the team.
ck_status matrix_product_run(const matrix_set *set, const matrix_product *product, size_t index,
                             const void *source, const float *bias, float *destination,
                             int thread);
