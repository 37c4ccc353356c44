import { parseArgs } from "node:util";
import { UsageError } from "../release/options";

export const USAGE = `npm run restore -- STACK [SET] [--from FOLDER] [--dry-run] [--yes]

Brings the whole system back on an empty VM, for the day on which the host is lost: equips the VM (stack bootstrap, where there
is one), deploys STACK, brings a full backup set there and restores it, and verifies the system. STACK is prod. It works in the
folder in which it is called, or in the one above it that holds cdktf.json. First set SERVER_IP and SSH_HOST_KEYS to the new VM's.

  SET            a full set, such as full_20260131_010000, and nothing else (default: of the copies off the host the newest full one,
                 and then the newest uploads and database that were copied after it)
  --from FOLDER  takes the set in this folder of this machine; default: from the copies off the host, OFF_HOST_REPOSITORY
  --dry-run      prints the plan, and changes nothing
  --yes          does not ask; needed where nobody sits at a terminal
  --help         this text

The state that Terraform has of the lost host is set aside, under a name with the date. A run that was ended or killed is finished
by calling it again.

exit codes: 0 the system is back and verified
            1 it is not, for the reason printed
            2 wrong usage
          130 interrupted: run it again
`;

export interface Options {
  readonly stack: string;
  /** A full set. @default the newest one */
  readonly set?: string;
  /** Folder of a set on this machine. @default the set comes from the copies off the host */
  readonly from?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Name of a set of which a whole system can be made. */
export const FULL_SET = /^full_\d{8}_\d{6}$/;

/**
 * @returns "help" when that was asked for
 * @throws UsageError with a sentence about the word that is wrong
 */
export function parseOptions(argv: readonly string[]): Options | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        from: { type: "string" },
        "dry-run": { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0]);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [stack, set, surplus] = positionals;
  if (stack === undefined) throw new UsageError("which stack? npm run restore -- prod");
  if (stack !== "prod") throw new UsageError(`there is no stack "${stack}" to restore: expected prod`);
  if (surplus !== undefined) throw new UsageError(`unexpected word "${surplus}"`);
  if (set !== undefined && !FULL_SET.test(set)) {
    throw new UsageError(`"${set}" is no full set: expected a name such as full_20260131_010000`);
  }
  if (set !== undefined && values.from !== undefined) {
    throw new UsageError(`${set} and --from: expected one of them, a folder holds one set`);
  }
  return { stack, set, from: values.from, dryRun: values["dry-run"] ?? false, yes: values.yes ?? false };
}
