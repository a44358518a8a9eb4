// DNNLKernels: see docs/ARCHITECTURE.md.
