// Tests of Labeler.
