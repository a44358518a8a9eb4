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

static const unsigned char label_page_js[] = {
#embed "page/label.js"
};
const unsigned char *const label_page_js_start = label_page_js;
const size_t label_page_js_size = sizeof label_page_js;
