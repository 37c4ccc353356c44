import { UsageError } from "../../lib/command-line";
import { parseOptions } from "../../scripts/restore/options";

test("the stack alone is the newest copy, and asks", () => {
  expect(parseOptions(["prod"])).toEqual({
    stack: "prod",
    set: undefined,
    from: undefined,
    dryRun: false,
    yes: false,
  });
});

test("a backup, or a folder of this machine", () => {
  expect(parseOptions(["prod", "full_20260131_010000", "--dry-run"])).toMatchObject({
    set: "full_20260131_010000",
    dryRun: true,
  });
  expect(parseOptions(["prod", "--from", "backups/full_20260131_010000", "-y"])).toMatchObject({
    from: "backups/full_20260131_010000",
    yes: true,
  });
});

test.each([
  [[], "which stack? npm run restore -- prod"],
  [["local"], 'there is no stack "local" to restore: expected prod'],
  [
    ["prod", "db_20260131_020000"],
    '"db_20260131_020000" is no full backup: expected a name such as full_20260131_010000',
  ],
  [["prod", "full_20260131_010000", "now"], 'unexpected word "now"'],
  [
    ["prod", "full_20260131_010000", "--from", "."],
    "full_20260131_010000 and --from: expected one of them, a folder holds one backup",
  ],
  [
    ["prod", "--force"],
    "unknown option --force for restore: expected some of --yes, --from, --dry-run, --help",
  ],
])("%j is refused: %s", (argv, message) => {
  const parse = () => parseOptions(argv);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
});
