// Figures: see docs/ARCHITECTURE.md.
