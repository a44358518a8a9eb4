// Functions of single values, and of the two halves of a token.

#include "vector.h"
#include <string.h>

enum { block = 1 << 15 };

INLINE size_t part(size_t index, size_t count) {
  return count - index * block < block ? count - index * block : block;
}

// MARK: Activations

CLONES static void activate(ck_activation kind, const float *x, size_t count, float *y) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) store(y + i, activate16(load(x + i), kind));
  if (i < count)
    store_some(y + i, activate16(load_some(x + i, count - i), kind), count - i);
}

typedef struct {
  const float *x, *other;
  size_t count;
  ck_activation kind;
  float *y;
  uint16_t *half;
} job;

static void activate_part(void *pointer, size_t index, int thread) {
  const job *all = pointer;
  size_t start = index * block;
  activate(all->kind, all->x + start, part(index, all->count), all->y + start);
}

ck_status ck_activate(ck_activation kind, const float *x, size_t count, float *y) {
  job all = {.x = x, .count = count, .kind = kind, .y = y};
  ck_lock();
  ck_parallel((count + block - 1) / block, &all, activate_part);
  ck_unlock();
  return CK_OK;
}

// MARK: Sums

CLONES static void add(const float *a, const float *b, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

static void add_part(void *pointer, size_t index, int thread) {
  const job *all = pointer;
  size_t start = index * block;
  add(all->x + start, all->other + start, part(index, all->count), all->y + start);
}

ck_status ck_add(const float *a, const float *b, size_t count, float *y) {
  job all = {.x = a, .other = b, .count = count, .y = y};
  ck_lock();
  ck_parallel((count + block - 1) / block, &all, add_part);
  ck_unlock();
  return CK_OK;
}

static void copy_part(void *pointer, size_t index, int thread) {
  const job *all = pointer;
  size_t start = index * block;
  memcpy(all->y + start, all->x + start, part(index, all->count) * sizeof *all->y);
}

void ck_copy(const float *x, size_t count, float *y) {
  job all = {.x = x, .count = count, .y = y};
  ck_parallel((count + block - 1) / block, &all, copy_part);
}

// MARK: bf16

CLONES static void to_bf16(const float *x, size_t count, uint16_t *y) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) store_bf16(y + i, load(x + i));
  if (i == count) return;
  uint16_t rest[16];
  store_bf16(rest, load_some(x + i, count - i));
  for (size_t j = 0; i + j < count; j++) y[i + j] = rest[j];
}

static void to_bf16_part(void *pointer, size_t index, int thread) {
  const job *all = pointer;
  size_t start = index * block;
  to_bf16(all->x + start, part(index, all->count), all->half + start);
}

void ck_to_bf16(const float *x, size_t count, uint16_t *y) {
  job all = {.x = x, .count = count, .half = y};
  ck_parallel((count + block - 1) / block, &all, to_bf16_part);
}

// MARK: Gated gelu

CLONES static void gate(const float *x, size_t channels, float *y) {
  const float *gates = x + channels;
  size_t c = 0;
  for (; c + 16 <= channels; c += 16) store(y + c, load(x + c) * gelu16(load(gates + c)));
  if (c == channels) return;
  size_t rest = channels - c;
  store_some(y + c, load_some(x + c, rest) * gelu16(load_some(gates + c, rest)), rest);
}

typedef struct {
  const float *x;
  size_t rows, channels, rows_each;
  float *y;
} gate_job;

static void gate_part(void *pointer, size_t index, int thread) {
  const gate_job *all = pointer;
  size_t end = (index + 1) * all->rows_each;
  for (size_t row = index * all->rows_each; row < end && row < all->rows; row++)
    gate(all->x + row * 2 * all->channels, all->channels, all->y + row * all->channels);
}

void ck_geglu_rows(const float *x, size_t rows, size_t channels, float *y) {
  gate_job all = {.x = x, .rows = rows, .channels = channels, .y = y};
  all.rows_each = channels ? (block + channels - 1) / channels : rows;
  if (rows) ck_parallel((rows + all.rows_each - 1) / all.rows_each, &all, gate_part);
}

ck_status ck_geglu(const float *x, size_t tokens, size_t channels, float *y) {
  ck_lock();
  ck_geglu_rows(x, tokens, channels, y);
  ck_unlock();
  return CK_OK;
}

// MARK: Concatenation

typedef struct {
  const float *a, *b;
  size_t tokens, a_channels, b_channels, each;
  float *y;
} join_job;

static void join_part(void *pointer, size_t index, int thread) {
  const join_job *all = pointer;
  const size_t a = all->a_channels, b = all->b_channels, end = (index + 1) * all->each;
  for (size_t t = index * all->each; t < end && t < all->tokens; t++) {
    memcpy(all->y + t * (a + b), all->a + t * a, a * sizeof(float));
    memcpy(all->y + t * (a + b) + a, all->b + t * b, b * sizeof(float));
  }
}

ck_status ck_concatenate(const float *a, size_t a_channels, const float *b, size_t b_channels,
                         size_t tokens, float *y) {
  const size_t channels = a_channels + b_channels;
  join_job all = {a, b, tokens, a_channels, b_channels, channels < block ? block / (channels + 1) : 1,
                  y};
  ck_lock();
  ck_parallel((tokens + all.each - 1) / all.each, &all, join_part);
  ck_unlock();
  return CK_OK;
}
