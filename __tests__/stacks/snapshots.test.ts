import { readableStack } from "../support/readable-stack";
import { local, production } from "../support/stacks";

// What a reviewer reads with a change of the constructs. Every line is on purpose: `npx jest -u` takes a new one over.

test("the production stack", () => {
  expect(readableStack(production())).toMatchSnapshot();
});

test("the development stack", () => {
  expect(readableStack(local())).toMatchSnapshot();
});
