#include "CLabelPage.h"

static const unsigned char label_page_html[] = {
#embed "page/label.html"
};
const unsigned char *const label_page_html_start = label_page_html;
const size_t label_page_html_size = sizeof label_page_html;

static const unsigned char label_page_css[] = {
#embed "page/label.css"
};
const unsigned char *const label_page_css_start = label_page_css;
const size_t label_page_css_size = sizeof label_page_css;

static const unsigned char label_page_answers_js[] = {
#embed "page/answers.js"
};
const unsigned char *const label_page_answers_js_start = label_page_answers_js;
const size_t label_page_answers_js_size = sizeof label_page_answers_js;

static const unsigned char label_page_drawing_js[] = {
#embed "page/drawing.js"
};
const unsigned char *const label_page_drawing_js_start = label_page_drawing_js;
const size_t label_page_drawing_js_size = sizeof label_page_drawing_js;

static const unsigned char label_page_label_js[] = {
#embed "page/label.js"
};
const unsigned char *const label_page_label_js_start = label_page_label_js;
const size_t label_page_label_js_size = sizeof label_page_label_js;
