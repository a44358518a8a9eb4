// One team of threads for oneDNN's loops and ours: the OpenMP runtime that oneDNN brought along.

#include "internal.h"
#include <pthread.h>
#include <stdatomic.h>

// Weak: found through libdnnl where that was built with GNU's or LLVM's OpenMP; without them our
// loops run on one thread.
extern void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned) __attribute__((weak));
extern int omp_get_thread_num(void) __attribute__((weak));
extern int omp_get_max_threads(void) __attribute__((weak));
extern void omp_set_num_threads(int) __attribute__((weak));

int ck_thread_count(void) {
  return GOMP_parallel && omp_get_max_threads ? omp_get_max_threads() : 1;
}

int ck_limit_threads(int count) {
  int former = ck_thread_count();
  if (omp_set_num_threads && count != former) omp_set_num_threads(count);
  return former;
}

typedef struct {
  size_t count;
  void *context;
  ck_body body;
  atomic_size_t next;
} loop;

static void take_turns(void *pointer) {
  loop *shared = pointer;
  int thread = omp_get_thread_num ? omp_get_thread_num() : 0;
  for (;;) {
    size_t index = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
    if (index >= shared->count) return;
    shared->body(shared->context, index, thread);
  }
}

void ck_parallel(size_t count, void *context, ck_body body) {
  loop shared = {.count = count, .context = context, .body = body, .next = 0};
  if (count > 1 && ck_thread_count() > 1)
    GOMP_parallel(take_turns, &shared, 0, 0);
  else
    take_turns(&shared);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void ck_lock(void) { pthread_mutex_lock(&mutex); }
void ck_unlock(void) { pthread_mutex_unlock(&mutex); }
