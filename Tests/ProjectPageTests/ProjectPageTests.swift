// Tests of ProjectPage.
