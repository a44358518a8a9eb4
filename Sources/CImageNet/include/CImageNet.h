#pragma once
#include <stddef.h>

// The 1000 classes of ImageNet's ILSVRC 2012 in the order of their index, one a line: WordNet id
// without its "n", then WordNet's names, the usual one first.
//
// Facts of ImageNet and WordNet, as the package timm 1.0.31 lists them (imagenet_synsets.txt,
// imagenet_synset_to_lemma.txt).

extern const unsigned char *const imagenet_classes_start;
extern const size_t imagenet_classes_size;
