// Similarity: see docs/ARCHITECTURE.md.
