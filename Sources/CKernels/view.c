// What a convolution reads: the map behind it scaled, activated, interpolated and padded on the fly.

#include "vector.h"
#include <string.h>

void ck_view_size(const ck_view *view, int *height, int *width) {
  *height = view->run.sampled_height;
  *width = view->run.sampled_width;
}

/// PyTorch's nearest source of `index`: floor(index * (from / to)) in float32, unless an output size
/// is the input's or twice it.
INLINE int nearest(int index, int from, int to) {
  if (from == to) return index;
  if (to == 2 * from) return index / 2;
  int source = (int)((float)index * ((float)from / (float)to));
  return source < from ? source : from - 1;
}

/// The row or column of the map behind `index`, or -1 in the padding.
INLINE int source_of(int index, int before, int from, int to, int circular) {
  index -= before;
  if (circular) index = ((index % to) + to) % to;
  return index < 0 || index >= to ? -1 : nearest(index, from, to);
}

INLINE void read_token(const ck_conv_run_arguments *run, const float *x, size_t channel,
                       size_t count, size_t stride, ck_activation kind, float *target) {
  size_t c = 0;
  for (; c + 16 <= count; c += 16) {
    f32x16 v = load(x + c);
    if (run->scale) v = v * load(run->scale + channel + c) + load(run->shift + channel + c);
    store(target + c, activate16(v, kind));
  }
  if (c < count) {
    size_t rest = count - c;
    f32x16 v = load_some(x + c, rest);
    if (run->scale)
      v = v * load_some(run->scale + channel + c, rest) +
          load_some(run->shift + channel + c, rest);
    store_some(target + c, activate16(v, kind), rest);
  }
  for (c = count; c < stride; c++) target[c] = 0;
}

CLONES static void read_row(const ck_conv_run_arguments *run, const float *x, const int *sources,
                            int columns, size_t channels, size_t channel, size_t count,
                            size_t stride, float *target) {
  for (int j = 0; j < columns; j++, target += stride) {
    if (sources[j] < 0) {
      memset(target, 0, stride * sizeof *target);
      continue;
    }
    const float *token = x + sources[j] * channels + channel;
    if (run->activation == CK_SILU)
      read_token(run, token, channel, count, stride, CK_SILU, target);
    else
      read_token(run, token, channel, count, stride, run->activation, target);
  }
}

void ck_view_read(const ck_view *view, int row, int rows, int column, int columns, size_t channel,
                  size_t count, size_t stride, float *target) {
  const ck_conv_run_arguments *run = &view->run;
  int sources[columns];
  for (int j = 0; j < columns; j++)
    sources[j] =
        source_of(column + j, view->left, run->width, run->sampled_width, view->circular);
  for (int i = 0; i < rows; i++, target += columns * stride) {
    int source = source_of(row + i, view->top, run->height, run->sampled_height, view->circular);
    if (source < 0)
      memset(target, 0, columns * stride * sizeof *target);
    else
      read_row(run, run->x + (size_t)source * run->width * view->channels, sources, columns,
               view->channels, channel, count, stride, target);
  }
}

// MARK: Interpolation by itself

typedef struct {
  ck_view view;
  float *y;
} upsample_job;

static void upsample_row(void *pointer, size_t index, int thread) {
  const upsample_job *all = pointer;
  const size_t channels = all->view.channels;
  const int width = all->view.run.sampled_width;
  ck_view_read(&all->view, index, 1, 0, width, 0, channels, channels,
               all->y + index * width * channels);
}

ck_status ck_upsample(const float *x, int height, int width, size_t channels, int new_height,
                      int new_width, float *y) {
  upsample_job all = {.view = {.channels = channels}, .y = y};
  all.view.run = (ck_conv_run_arguments){.x = x, .height = height, .width = width,
                                         .sampled_height = new_height,
                                         .sampled_width = new_width};
  ck_lock();
  ck_parallel(new_height, &all, upsample_row);
  ck_unlock();
  return CK_OK;
}
