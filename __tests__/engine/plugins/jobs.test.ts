import { uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("job");
const workspace = new Workspace();

function job(script: string, change: object = {}) {
  return {
    name,
    image: image.id(),
    command: ["sh", "-c", script],
    must_run: false,
    attach: true,
    logs: true,
    restart: "no",
    ...change,
  };
}

beforeAll(async () => {
  const docker_container = {
    done: job("echo out; echo error >&2; sleep 1; echo last"),
    failed: job("echo broken; exit 3", { name: `${name}-failed` }),
  };
  await workspace.init({ docker_container });
  await workspace.apply();
});
afterAll(() => workspace.close());

test("a job has run to its end when it is created, and its output is in the state", () => {
  const state = workspace.state("docker_container.done");
  expect(state).toMatchObject({ exit_code: 0 });
  expect(String(state?.container_logs).split("\n").sort()).toEqual(["", "error", "last", "out"]);
});

test("a job that failed is no error: its exit code is in the state", () => {
  expect(workspace.state("docker_container.failed")).toMatchObject({
    exit_code: 3,
    container_logs: "broken\n",
  });
});
