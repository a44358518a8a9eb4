// 3x3 convolutions of stride 1 by Winograd's minimal filtering, F(2x2, 3x3) and F(4x4, 3x3).
//
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015: with tiles d of the
// input and the filter g, output tiles are A^T [(G g G^T) * (B^T d B)] A. The products at one place of
// all tiles and channels are one matrix product. F(4, 3) uses the points 0, ±5/8, ±3/2 and infinity,
// which lose less precision than the usual 0, ±1, ±2 and infinity: 2e-6, not 5e-6.

#include "winograd.h"
#include "vector.h"
#include "winograd_transforms.h"
#include <stdatomic.h>
#include <stdlib.h>

enum {
  /// Tiles and channels that one piece of work transforms: their input stays in the nearest cache.
  piece_tiles = 8,
  piece_channels = 32,
  /// Outputs packed at a time; a multiple of oneDNN's blocks.
  packed_outputs = 64,
  /// Transformed tiles that are in memory at once.
  pass_bytes = 16 << 20,
};

INLINE size_t rounded_up(size_t value, size_t step) { return (value + step - 1) / step * step; }

/// Floats from one place's matrix to the next: an odd number of cache lines modulo a page, so that
/// the 16 or 36 streams do not meet in one set of the cache.
static size_t place_stride(size_t tiles, size_t channels) {
  return rounded_up(tiles * channels, 1024) + 80;
}

// MARK: Packing

typedef struct {
  winograd *layer;
  const float *weights;
  ck_conv_shape shape;
  atomic_int status;
} packing;

static void pack_outputs(void *pointer, size_t index, int thread) {
  packing *all = pointer;
  const size_t side = all->layer->tile + 2, places = side * side, inputs = all->shape.inputs;
  const size_t first = index * packed_outputs;
  const size_t rest = all->shape.outputs - first;
  const size_t count = rest < packed_outputs ? rest : packed_outputs;
  const size_t bytes = places * count * inputs * sizeof(float);
  float *plain = ck_pages_new(bytes);
  ck_status status = plain ? CK_OK : CK_OUT_OF_MEMORY;
  for (size_t output = 0; output < count && !status; output++)
    transform_filters(all->layer->tile, all->weights + (first + output) * inputs * 9, inputs,
                      plain + output * inputs, count * inputs);
  for (size_t place = 0; place < places && !status; place++)
    status = matrix_pack(&all->layer->weights, place, first, count,
                         plain + place * count * inputs, 1, inputs);
  ck_pages_free(plain, bytes);
  if (status) atomic_store(&all->status, status);
}

static matrix_plan plan_for(size_t tiles, size_t inputs, size_t outputs) {
  return (matrix_plan){.rows = tiles,
                       .source_stride = rounded_up(inputs, 16),
                       .destination_stride = rounded_up(outputs, 16),
                       .one_thread = 1};
}

typedef struct {
  int tile_columns, tile_rows, rows_a_pass;
} tiling;

static tiling tile(const winograd *layer, int height, int width) {
  const int m = layer->tile;
  tiling result = {(width + m - 1) / m, (height + m - 1) / m, 0};
  size_t channels =
      rounded_up(layer->weights.inputs, 16) + rounded_up(layer->weights.outputs, 16);
  size_t row_bytes = (m + 2) * (m + 2) * result.tile_columns * channels * sizeof(float);
  int most = pass_bytes / row_bytes ? pass_bytes / row_bytes : 1;
  int passes = (result.tile_rows + most - 1) / most;
  result.rows_a_pass = (result.tile_rows + passes - 1) / passes;
  return result;
}

ck_status winograd_new(winograd *result, const float *weights, ck_conv_shape shape, int m,
                       int height, int width, ck_precision precision) {
  *result = (winograd){.tile = m};
  result->weights.inputs = shape.inputs;
  result->weights.outputs = shape.outputs;
  tiling tiles = tile(result, height, width);
  ck_status status = matrix_set_new(
      &result->weights, (m + 2) * (m + 2), shape.inputs, shape.outputs, precision,
      plan_for(tiles.rows_a_pass * tiles.tile_columns, shape.inputs, shape.outputs));
  if (status) return status;
  packing all = {.layer = result, .weights = weights, .shape = shape};
  ck_parallel((shape.outputs + packed_outputs - 1) / packed_outputs, &all, pack_outputs);
  if (!all.status) return CK_OK;
  winograd_free(result);
  return ck_fail(all.status, "packing a convolution's weights failed");
}

void winograd_free(winograd *layer) { matrix_set_free(&layer->weights); }

// MARK: Running

typedef struct {
  winograd *layer;
  const ck_view *view;
  const matrix_product *product;
  tiling tiles;
  /// The rows of tiles of this pass.
  int first_row, rows;
  size_t source_stride, source_place, destination_stride, destination_place;
  size_t pieces_a_row;
  void *source;
  float *destination;
  int height, width;
  const float *bias;
  atomic_int status;
} pass;

/// A piece of work: some tiles of one row of tiles, and some channels.
typedef struct {
  int row, first_tile, tiles;
  size_t channel, channels;
} piece;

static piece piece_of(const pass *all, size_t index, size_t channels) {
  size_t blocks = (channels + piece_channels - 1) / piece_channels;
  piece result = {.channel = index % blocks * piece_channels};
  index /= blocks;
  result.first_tile = index % all->pieces_a_row * piece_tiles;
  result.row = index / all->pieces_a_row;
  int left = all->tiles.tile_columns - result.first_tile;
  result.tiles = left < piece_tiles ? left : piece_tiles;
  size_t rest = channels - result.channel;
  result.channels = rest < piece_channels ? rest : piece_channels;
  return result;
}

static size_t piece_count(const pass *all, size_t channels) {
  return all->rows * all->pieces_a_row * ((channels + piece_channels - 1) / piece_channels);
}

static void transform_input(void *pointer, size_t index, int thread) {
  pass *all = pointer;
  const int m = all->layer->tile;
  piece work = piece_of(all, index, all->layer->weights.inputs);
  const size_t stride = rounded_up(work.channels, 16);
  const int columns = work.tiles * m + 2;
  float window[6 * (piece_tiles * 4 + 2) * piece_channels] __attribute__((aligned(64)));
  ck_view_read(all->view, (all->first_row + work.row) * m, m + 2, work.first_tile * m, columns,
               work.channel, work.channels, stride, window);
  const size_t tile = work.row * all->tiles.tile_columns + work.first_tile;
  const size_t offset = tile * all->source_stride + work.channel;
  const transformed_tiles target = {all->source, offset, all->source_stride, all->source_place,
                                    all->layer->weights.type == dnnl_bf16};
  transform_tiles(m, window, columns, stride, work.tiles, &target);
}

static void multiply(void *pointer, size_t place, int thread) {
  pass *all = pointer;
  const matrix_set *weights = &all->layer->weights;
  const size_t width = weights->type == dnnl_bf16 ? 2 : 4;
  ck_status status = matrix_product_run(
      weights, all->product, place, (char *)all->source + place * all->source_place * width, NULL,
      all->destination + place * all->destination_place, thread);
  if (status) atomic_store(&all->status, status);
}

static void transform_output(void *pointer, size_t index, int thread) {
  pass *all = pointer;
  const int m = all->layer->tile;
  const size_t outputs = all->layer->weights.outputs;
  piece work = piece_of(all, index, outputs);
  const size_t tile = work.row * all->tiles.tile_columns + work.first_tile;
  const int row = (all->first_row + work.row) * m, column = work.first_tile * m;
  const size_t offset = ((size_t)row * all->width + column) * outputs + work.channel;
  const output_tiles target = {
      .y = all->view->run.y + offset,
      .residual = all->view->run.residual ? all->view->run.residual + offset : NULL,
      .bias = all->bias + work.channel,
      .rows = all->height - row < m ? all->height - row : m,
      .columns = all->width - column,
      .row_stride = all->width * outputs,
      .column_stride = outputs,
      .channels = work.channels,
  };
  untransform_tiles(m, all->destination + tile * all->destination_stride + work.channel,
                    all->destination_stride, all->destination_place, work.tiles, &target);
}

ck_status winograd_run(winograd *layer, const ck_view *view, int height, int width,
                       const float *bias) {
  const size_t inputs = layer->weights.inputs, outputs = layer->weights.outputs;
  const size_t places = layer->weights.count;
  pass all = {.layer = layer, .view = view, .tiles = tile(layer, height, width)};
  all.height = height;
  all.width = width;
  all.bias = bias;
  all.source_stride = rounded_up(inputs, 16);
  all.destination_stride = rounded_up(outputs, 16);
  all.pieces_a_row = (all.tiles.tile_columns + piece_tiles - 1) / piece_tiles;
  const size_t most = (size_t)all.tiles.rows_a_pass * all.tiles.tile_columns;
  all.source_place = place_stride(most, all.source_stride);
  all.destination_place = place_stride(most, all.destination_stride);
  all.source = ck_scratch(CK_SCRATCH_INPUT, places * all.source_place * sizeof(float));
  all.destination = ck_scratch(CK_SCRATCH_OUTPUT, places * all.destination_place * sizeof(float));
  if (!all.source || !all.destination)
    return ck_fail(CK_OUT_OF_MEMORY, "no memory for the tiles of a convolution");
  for (; all.first_row < all.tiles.tile_rows; all.first_row += all.rows) {
    int left = all.tiles.tile_rows - all.first_row;
    all.rows = left < all.tiles.rows_a_pass ? left : all.tiles.rows_a_pass;
    size_t tiles = (size_t)all.rows * all.tiles.tile_columns;
    matrix_product *product;
    ck_status status =
        matrix_product_for(&layer->weights, plan_for(tiles, inputs, outputs), &product);
    if (status) return status;
    all.product = product;
    ck_parallel(piece_count(&all, inputs), &all, transform_input);
    ck_parallel(places, &all, multiply);
    if (all.status) return ck_fail(all.status, "a product of a convolution failed");
    ck_parallel(piece_count(&all, outputs), &all, transform_output);
  }
  return CK_OK;
}
