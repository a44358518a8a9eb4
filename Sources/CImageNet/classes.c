#include "CImageNet.h"

static const unsigned char imagenet_classes[] = {
#embed "classes.txt"
};
const unsigned char *const imagenet_classes_start = imagenet_classes;
const size_t imagenet_classes_size = sizeof imagenet_classes;
