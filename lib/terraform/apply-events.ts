/** An error as Terraform tells it. */
export interface TerraformError {
  /** The resource that it is about. @default undefined: none */
  readonly address?: string;
  readonly summary: string;
  readonly detail: string;
}

/** One line of `terraform apply -json`. */
interface Event {
  readonly "@message"?: string;
  readonly type?: string;
  readonly hook?: { readonly resource?: { readonly addr?: string } };
  readonly diagnostic?: TerraformError & { readonly severity: string };
}

/** How Terraform tells of the connection on which a script runs. */
const CONNECTION =
  /^(Connecting to remote host|Using configured bastion host|Connected!| {2}(Host|User|Password|Private key|Certificate|SSH Agent|Checking Host Key|Target Platform):( |$))/;

/** How Terraform tells that it does not print what it runs on this machine. */
const SILENT = "local-exec: Executing: Suppressed by quiet=true";

/** Lines of a script's output that tell why it has failed. */
const LAST_LINES = 40;

/** What `terraform apply -json` says, line by line: its steps for a person, and its errors with what the failed scripts said. */
export class ApplyEvents {
  /** @param starts whether the start of a step is of interest too, not only its end. @default false */
  constructor(private readonly starts = false) {}

  private readonly found: TerraformError[] = [];
  private readonly said = new Map<string, string[]>();
  private readonly failed = new Set<string>();

  /** @returns what the line says about the progress; undefined if it is of no interest */
  take(line: string): string | undefined {
    const event = parse(line);
    if (event?.diagnostic?.severity === "error") this.found.push(event.diagnostic);
    const message = event?.["@message"] ?? "";
    const address = event?.hook?.resource?.addr ?? "";
    switch (event?.type) {
      case "apply_start":
        return this.starts ? message.replace(/ \[id=[^\]]*\]/, "") : undefined;
      case "apply_errored":
        this.failed.add(address);
        return message;
      case "apply_complete":
        return message.replace(/ \[id=[^\]]*\]/, "");
      case "provision_progress":
        return this.scriptLine(address, message);
      case "change_summary":
        return message;
      case undefined:
      default:
        return undefined;
    }
  }

  /** Terraform itself only says that a script has failed; the script's output is among the steps. */
  get errors(): readonly TerraformError[] {
    const words = (addresses: readonly string[]) =>
      addresses.flatMap((address) => (this.said.get(address) ?? []).slice(-LAST_LINES)).join("\n");
    return this.found.map((error) => {
      const of = error.address ? [error.address] : this.found.length === 1 ? [...this.failed] : [];
      const spoken = words(of);
      return spoken === ""
        ? error
        : { ...error, address: error.address ?? of[0], detail: `${error.detail}\n${spoken}` };
    });
  }

  /** What a script on the host says; not how the connection is made. */
  private scriptLine(address: string, message: string): string | undefined {
    const text = message.replace(`${address}: (remote-exec): `, "").replace(`${address}: (local-exec): `, "");
    if (text === message || CONNECTION.test(text) || text === SILENT) return undefined;
    this.said.set(address, [...(this.said.get(address) ?? []), text]);
    return `  ${text}`;
  }
}

/** The words of a line of `terraform apply -json`; the line itself if it is no event. */
export const messageOf = (line: string): string => parse(line)?.["@message"] ?? line;

function parse(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}
