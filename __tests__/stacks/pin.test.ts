import { BootstrapStack } from "../../constructs/bootstrap/bootstrap-stack";
import { synthesise } from "../support/stack-json";
import { local, production } from "../support/stacks";
import { testApp } from "../support/test-stack";

/** Terraform hands the file that a release leaves (release.auto.tfvars.json) to every stack; these are its variables. */
const PINNED = ["RELEASE", "IMAGES"];

const pinned = (stack: object) =>
  PINNED.filter((name) => name in ((stack as { variable?: object }).variable ?? {}));

test("what a release pins is for the production stack alone: no other has variables of these names", () => {
  expect(pinned(production())).toEqual(PINNED);
  expect(pinned(local())).toEqual([]);
  expect(pinned(synthesise(new BootstrapStack(testApp(), "bootstrap")))).toEqual([]);
});
