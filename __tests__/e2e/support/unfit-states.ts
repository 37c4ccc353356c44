import type { Report } from "../../support/preflight-host";
import { OTHER_ROOT } from "./other-root";

/**
 * The line of JSON that the preflight printed. Terraform writes the resource before each line, and hands on what it has got of a
 * line after a tenth of a second: of a host that is slow, the line comes in pieces.
 */
export function report(said: string): Report {
  const before = "null_resource.preflight (remote-exec): ";
  const lines = said.split("\n").filter((line) => line.startsWith(before));
  const words = lines.map((line) => line.slice(before.length));
  const first = words.findIndex((line) => line.startsWith("{"));
  for (let end = first + 1; first !== -1 && end <= words.length; end += 1) {
    const text = words.slice(first, end).join("");
    if (text.endsWith("}")) {
      try {
        return JSON.parse(text) as Report;
      } catch {
        // A piece of it ends like this.
      }
    }
  }
  throw new Error(`no report in: ${said}`);
}

/** A program before those of the host, on every login's path. */
const standIn = (program: string, text: string) =>
  `printf '%s\\n' '#!/bin/sh' '${text}' > /usr/local/bin/${program}; chmod 0755 /usr/local/bin/${program}`;

export interface UnfitState {
  readonly what: string;
  /** Lines of shell that make the fault, and that end it. */
  readonly make?: string;
  readonly end?: string;
  readonly values?: object;
  /** The check that says so, and what it finds. */
  readonly check: string;
  readonly found: RegExp;
}

/** States of a host in which nothing is deployed to it. */
export const UNFIT_STATES: readonly UnfitState[] = [
  {
    what: "a clock that is an hour behind",
    make: standIn("date", 'exec /bin/date --date "$(/bin/date --date "1 hour ago" --iso-8601=seconds)" "$@"'),
    end: "rm /usr/local/bin/date",
    check: "clock",
    found: /^the clock of HOST is 3[56]\d\d seconds behind that of the machine that deploys$/,
  },
  {
    what: "a login that has the user id of the services",
    make: "useradd --uid 1001 --shell /bin/bash bob",
    end: "userdel bob",
    check: "service user",
    found:
      /^the login bob of HOST has the id 1001, under which the services run, and can read their secrets and files$/,
  },
  {
    what: "a full disk",
    make: `mkdir ${OTHER_ROOT}; mount -t tmpfs -o size=64m full ${OTHER_ROOT}`,
    end: `umount ${OTHER_ROOT}; rmdir ${OTHER_ROOT}`,
    check: "disk",
    found: new RegExp(`^${OTHER_ROOT} has 64 MiB of free disk space \\(on ${OTHER_ROOT}\\)$`),
  },
  {
    what: "the gateway's port in another program's hands",
    make: "systemd-run --quiet --unit other-program systemd-socket-activate --listen=0.0.0.0:3030 /bin/cat",
    end: "systemctl stop other-program",
    check: "port 3030",
    found: /^0\.0\.0\.0:3030 is used by systemd-socket-\w* \(process \d+\)$/,
  },
  {
    what: "an old Docker Engine",
    make: standIn(
      "docker",
      'case "$*" in "version --format"*APIVersion*) echo "20.10.24 1.41" ;; *) exec /usr/bin/docker "$@" ;; esac',
    ),
    end: "rm /usr/local/bin/docker",
    check: "docker",
    found: /^Docker Engine 20\.10\.24 on HOST speaks API 1\.41$/,
  },
  {
    what: "a login without sudo",
    make:
      "useradd --uid 1500 --create-home --groups docker plain; " +
      // The folder of its scripts is there: the first connection makes it, and changes the time of its home.
      "install -d -o plain -g plain -m 0700 /home/plain/.ssh /home/plain/.emaintenance /home/plain/.emaintenance/scripts; " +
      "install -o plain -g plain -m 0600 /home/deploy/.ssh/authorized_keys /home/plain/.ssh/authorized_keys",
    end: "userdel --force --remove plain",
    values: { SSH_USER: "plain" },
    check: "sudo",
    found: /^plain may not use sudo without a password on HOST$/,
  },
];
