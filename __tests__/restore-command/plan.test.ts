import type { Deployment } from "../../scripts/release/deployment";
import type { LaterBackup } from "../../scripts/restore/later";
import { planInWords } from "../../scripts/restore/plan";

const deployment = { settings: { address: "192.0.2.7", url: "http://192.0.2.7:3030" } } as Deployment;

function plan(later: readonly LaterBackup[]): string {
  return planInWords({
    source: {
      manifest: {
        set: "full_20260104_010000",
        release: "1.4.0",
        ended: "2026-01-04T01:01:00Z",
        files: { "database.dump": { bytes: 2048, sha256: "0" } },
        window: { from: "2026-01-04T01:00:00Z", to: "2026-01-04T01:01:00Z" },
      },
      later: [],
      place: "sftp:copies@192.0.2.8:/copies",
      way: "fetched by the host itself",
      bring: () => Promise.resolve(),
    },
    look: { machine: "m", system: "Debian", found: undefined, killed: false, restored: false },
    deployment,
    stacks: ["prod"],
    progress: {
      machine: "m",
      address: "192.0.2.7",
      set: "full_20260104_010000",
      later,
      began: "",
      aside: [],
    },
    again: false,
    pin: undefined,
  });
}

test("the plan of a full backup alone says from when on something is lost", () => {
  expect(plan([]).split("\n").at(-1)).toBe("What was written after 2026-01-04T01:00:00Z is not in it.");
});

test("newer backups are steps of their own, and less is lost", () => {
  const text = plan([
    { set: "uploads_20260104_030000", what: "uploads" },
    { set: "db_20260106_020000", what: "database" },
  ]);

  expect(text).toMatch(
    /4\. brings uploads_20260104_030000, which is newer, and restores the uploads of it\n/,
  );
  expect(text).toMatch(
    /5\. brings db_20260106_020000, .* of it; what is written until then is saved first\n/,
  );
  expect(text.split("\n").at(-1)).toBe(
    "Rows that were written after 2026-01-06T02:00:00Z, and files uploaded after 2026-01-04T03:00:00Z, are not in it.",
  );
});
