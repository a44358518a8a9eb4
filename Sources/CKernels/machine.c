// What the machine offers: oneDNN's version and instruction set.

#define _DEFAULT_SOURCE
#include "onednn.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static _Thread_local char message[200];

const char *ck_last_error(void) { return message; }

ck_status ck_fail(ck_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  return status;
}

const char *ck_library_version(void) {
  static _Thread_local char text[32];
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}

/// Instruction sets are sets of bits, each holding those below it.
static int has(dnnl_cpu_isa_t set) {
  return (dnnl_get_effective_cpu_isa() & set) == set;
}

const char *ck_instruction_set(void) {
  if (has(dnnl_cpu_isa_avx512_core_amx)) return "avx512_core_amx";
  if (has(dnnl_cpu_isa_avx512_core_bf16)) return "avx512_core_bf16";
  if (has(dnnl_cpu_isa_avx512_core)) return "avx512_core";
  if (has(dnnl_cpu_isa_avx2)) return "avx2";
  return "default";
}

int ck_has_fast_bf16(void) { return has(dnnl_cpu_isa_avx512_core_bf16); }

static int has_tiles;

/// Linux lends the tiles' registers to processes that ask for them.
static void ask_for_tiles(void) {
#if defined(__x86_64__)
  enum { bf16_bit = 22, tile_bit = 24, request = 0x1023, tile_data = 18 };
  unsigned a, b, c, d;
  has_tiles = has(dnnl_cpu_isa_avx512_core_amx) && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
              (d >> bf16_bit & 1) && (d >> tile_bit & 1) &&
              syscall(SYS_arch_prctl, request, tile_data) == 0;
#endif
}

int ck_has_tiles(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, ask_for_tiles);
  return has_tiles;
}
