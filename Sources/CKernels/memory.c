// Large memory: huge pages for packed weights, and scratch that is kept between calls.

#define _DEFAULT_SOURCE
#include "internal.h"
#include <malloc.h>
#include <sys/mman.h>

enum { huge_page = 2 << 20 };

void *ck_pages_new(size_t bytes) {
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  if (bytes >= huge_page) madvise(pages, bytes, MADV_HUGEPAGE);
#endif
  return pages;
}

void ck_pages_free(void *pages, size_t bytes) {
  if (pages) munmap(pages, bytes);
}

void *ck_scratch(ck_scratch_kind kind, size_t bytes) {
  static struct {
    void *pages;
    size_t bytes;
  } kept[CK_SCRATCH_KINDS];
  if (kept[kind].bytes >= bytes && kept[kind].pages) return kept[kind].pages;
  ck_pages_free(kept[kind].pages, kept[kind].bytes);
  kept[kind].bytes = (bytes + huge_page - 1) / huge_page * huge_page;
  kept[kind].pages = ck_pages_new(kept[kind].bytes);
  if (!kept[kind].pages) kept[kind].bytes = 0;
  return kept[kind].pages;
}

void ck_expect(ck_phase phase) {
#ifdef __GLIBC__
  static ck_phase current = -1;
  if (phase == current) return;
  current = phase;
  mallopt(M_MMAP_THRESHOLD, phase == CK_PACKING ? 1 << 20 : 4 << 20);
  mallopt(M_TRIM_THRESHOLD, phase == CK_PACKING ? 1 << 20 : 32 << 20);
#endif
}
