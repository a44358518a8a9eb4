// Labeler: see docs/ARCHITECTURE.md.
