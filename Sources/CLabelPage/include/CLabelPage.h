#pragma once
#include <stddef.h>

// The files of the labelling page, part of the program, so that a copy of it needs no others.

extern const unsigned char *const label_page_html_start;
extern const size_t label_page_html_size;
extern const unsigned char *const label_page_css_start;
extern const size_t label_page_css_size;
extern const unsigned char *const label_page_answers_js_start;
extern const size_t label_page_answers_js_size;
extern const unsigned char *const label_page_drawing_js_start;
extern const size_t label_page_drawing_js_size;
extern const unsigned char *const label_page_label_js_start;
extern const size_t label_page_label_js_size;
