import { ApplyEvents } from "../../../lib/terraform/apply-events";
import { diagnose } from "../../../scripts/release/diagnosis";

const line = (type: string, message: string, addr: string) =>
  JSON.stringify({ type, "@message": message, hook: { resource: { addr } } });
const verify = "null_resource.verify";
const said = (words: string) => line("provision_progress", `${verify}: (remote-exec): ${words}`, verify);

test("steps are printed, and how a connection is made is not", () => {
  const events = new ApplyEvents();
  expect(events.take(line("apply_complete", "a.b: Creation complete after 3s [id=1]", "a.b"))).toBe(
    "a.b: Creation complete after 3s",
  );
  expect(events.take(said("Connecting to remote host via SSH..."))).toBeUndefined();
  expect(events.take(said("  Private key: true"))).toBeUndefined();
  const byHand = (words: string) => line("provision_progress", `${verify}: (local-exec): ${words}`, verify);
  expect(events.take(byHand("local-exec: Executing: Suppressed by quiet=true"))).toBeUndefined();
  expect(events.take(byHand("scripts cannot be run"))).toBe("  scripts cannot be run");
  // A container's log is indented too.
  expect(events.take(said("  TypeError: no moon"))).toBe("    TypeError: no moon");
  expect(events.take(said("Connection refused"))).toBe("  Connection refused");
  expect(events.take(said("login  passed  5 ms"))).toBe("  login  passed  5 ms");
  expect(events.take("no JSON")).toBeUndefined();
});

test("what a failed script has said is part of its error, so that its cause is found", () => {
  const events = new ApplyEvents();
  events.take(
    said("verification failed: strangers are refused, login. Release r2 is up, and does not do what"),
  );
  events.take(line("apply_errored", `${verify}: Creation errored after 19s`, verify));
  const diagnostic = {
    severity: "error",
    summary: "remote-exec provisioner error",
    detail: "exited with status 1",
  };
  events.take(JSON.stringify({ type: "diagnostic", "@message": "Error", diagnostic }));

  expect(events.errors).toEqual([
    expect.objectContaining({ address: verify, summary: "remote-exec provisioner error" }),
  ]);
  expect(diagnose(events.errors, { containers: [], logs: {} }).what).toBe(
    "all containers are healthy, but these checks failed: strangers are refused, login",
  );
});
