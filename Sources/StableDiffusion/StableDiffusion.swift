// StableDiffusion: see docs/ARCHITECTURE.md.
