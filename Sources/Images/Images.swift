// Images: see docs/ARCHITECTURE.md.
