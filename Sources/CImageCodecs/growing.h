#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A growing buffer for what an encoder writes.
typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} growing;

// Returns 0 where memory ran out; the buffer is then as before.
static inline int growing_append(growing *buffer, const uint8_t *bytes, size_t count) {
  if (count > buffer->capacity - buffer->count) {
    size_t capacity = buffer->capacity ? buffer->capacity : 65536;
    while (capacity - buffer->count < count) capacity *= 2;
    uint8_t *grown = realloc(buffer->bytes, capacity);
    if (!grown) return 0;
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return 1;
}
