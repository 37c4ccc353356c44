import { CommandLine, type Help, yes } from "../../lib/command-line";
import { withStack } from "../release/options";

const ABOUT =
  "Brings the whole system back on an empty VM, for the day on which the host is lost: equips the VM (stack bootstrap, where " +
  "there is one), deploys STACK, brings a full backup there and restores it, and verifies the system. It works in the folder " +
  "in which it is called, or in the one above it that holds cdktf.json. First set SERVER_IP and SSH_HOST_KEYS to the new VM's.";

const END = `The state that Terraform has of the lost host is retired, under a name with the date. A run that was ended or killed is
finished by calling it again.

exit codes: 0 the system is back and verified
            1 it is not, for the reason printed
            2 wrong usage
          130 interrupted: run it again
`;

export interface Options {
  readonly stack: string;
  /** A full backup. @default the newest one */
  readonly set?: string;
  /** Folder of a backup on this machine. @default the backup comes from the offsite copies */
  readonly from?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Name of a backup of which a whole system can be made. */
export const FULL_SET = /^full_\d{8}_\d{6}$/;

function declare(): CommandLine {
  return yes(withStack(CommandLine.of("restore", ABOUT, END)))
    .optionalWord(
      "BACKUP",
      "a full backup, such as full_20260131_010000, and nothing else (default: of the offsite copies the newest full one, and then " +
        "the newest uploads and database that were copied after it)",
      {
        expected: "a name such as full_20260131_010000",
        accepts: (name) => {
          if (FULL_SET.test(name)) return true;
          throw new Error(
            `${JSON.stringify(name)} is no full backup: expected a name such as full_20260131_010000`,
          );
        },
      },
    )
    .value("--from <FOLDER>", "takes the backup in this folder of this machine (default: an offsite copy)", {
      expected: "a folder, such as backups/full_20260131_010000",
    })
    .flag("--dry-run", "prints the plan, and changes nothing");
}

/** @throws UsageError with a sentence about the word that is wrong */
export function parseOptions(argv: readonly string[]): Options | Help {
  const line = declare();
  const said = line.read(argv);
  if ("help" in said) return said;
  const [stack = "", set] = said.words;
  const from = said.text("from");
  if (set !== undefined && from !== undefined) {
    line.refuse(`${set} and --from: expected one of them, a folder holds one backup`);
  }
  return { stack, set, from, dryRun: said.flag("dryRun"), yes: said.flag("yes") };
}
