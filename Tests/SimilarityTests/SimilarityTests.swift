// Tests of Similarity.
