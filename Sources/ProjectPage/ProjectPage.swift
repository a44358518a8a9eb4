// ProjectPage: see docs/ARCHITECTURE.md.
