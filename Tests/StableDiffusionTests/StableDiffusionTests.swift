// Tests of StableDiffusion.
