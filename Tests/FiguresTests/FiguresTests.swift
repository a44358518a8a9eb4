// Tests of Figures.
