#pragma once
#include <stddef.h>

// The files of the labelling page, part of the program, so that a copy of it needs no others.

extern const unsigned char *const label_page_html_start;
extern const size_t label_page_html_size;
extern const unsigned char *const label_page_css_start;
extern const size_t label_page_css_size;
extern const unsigned char *const label_page_js_start;
extern const size_t label_page_js_size;
