import "./operator/command";
import "./operator/health";
import "./operator/status";
import "./operator/logs";
import "./operator/restart";
import "./operator/safety-check";
import "./operator/clean-up";
import { start, system } from "./operator/support";

jest.setTimeout(120_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

// One system for the tests of all words: to start it takes longer than most of them.
beforeAll(start, START_MS);
afterAll(() => system.remove());
