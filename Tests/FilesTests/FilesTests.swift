// Tests of Files.
