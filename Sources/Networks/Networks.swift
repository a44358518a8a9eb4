// Networks: see docs/ARCHITECTURE.md.
