// Experiments: see docs/ARCHITECTURE.md.
