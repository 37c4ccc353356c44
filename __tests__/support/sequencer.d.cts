import TestSequencer from "@jest/test-sequencer";

export = TestSequencer;
