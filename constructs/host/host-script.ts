import { Resource } from "@cdktf/provider-null/lib/resource";
import type { FileProvisioner, ITerraformDependable, RemoteExecProvisioner } from "cdktf";
import { createHash } from "node:crypto";
import { Construct } from "constructs";
import { Naming } from "../naming";
import { escapeTemplate } from "../values/terraform-text";
import type { HostConnection } from "./host-connection";

/** How long a connection is tried for the confirmation: longer than a host takes to open up again by itself. */
const CONFIRM_TIMEOUT = "2m";

export interface HostScriptProps {
  readonly connection: HostConnection;
  /** A bash script that may run any number of times. */
  readonly script: string;
  /**
   * A bash script that runs after `script`, over a connection of its own: what it finds out about the way to the host,
   * every later login will find too. @default nothing
   */
  readonly confirm?: string;
  /** Values that the script finds in its environment; may be references to attributes. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The same, but taken when the script starts, over a connection that stands, and never a reason to run again: for
   * what is always different, as the time is. @default none
   */
  readonly environmentAtRun?: Readonly<Record<string, string>>;
  /** Files that are laid on the host before the script runs, by absolute path. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * Files of the machine that deploys which are copied to the host, by absolute path there; the source is an expression of
   * Terraform. @default none
   */
  readonly copies?: Readonly<Record<string, string>>;
  /**
   * A file that nobody but the login and root may read, not even for a moment: its folder is made for them alone. The script
   * should move it on. A change of its content is seen by `triggers` only. @default none
   */
  readonly secretFile?: { readonly folder: string; readonly name: string; readonly content: string };
  /** Folder that is made before the files are laid down, with the login as its owner. @default it is there */
  readonly folder?: string;
  /** What makes the script run again, beside a change of itself, its files, its environment or the host. @default nothing */
  readonly triggers?: Readonly<Record<string, string>>;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** As Terraform does it for whatever such a resource depends on: the new one first, the old one last. @default false */
  readonly createBeforeDestroy?: boolean;
}

/**
 * A script that runs on the host over SSH: when it, its input or the host has changed, and not otherwise. It ends at
 * the first command that fails, and so does the deploy.
 */
export class HostScript extends Construct {
  /** What others depend on: it exists once the script has ended well. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: HostScriptProps) {
    super(scope, id);
    const environment = Object.entries(props.environment ?? {});
    const files = Object.entries(props.files ?? {});

    const digest = createHash("sha256");
    digest.update(JSON.stringify([props.script, files, ...(props.confirm ? [props.confirm] : [])]));

    const uploads = files.map(([destination, content]): FileProvisioner => ({
      type: "file",
      content: escapeTemplate(content),
      destination,
    }));
    const { secretFile } = props;
    if (secretFile) {
      const { folder, name, content } = secretFile;
      uploads.push({ type: "file", content, destination: `${folder}/${name}` });
    }
    for (const [destination, source] of Object.entries(props.copies ?? {})) {
      uploads.push({ type: "file", source, destination });
    }
    const atRun = Object.entries(props.environmentAtRun ?? {});
    // Terraform evaluates a provisioner before it connects, which takes a minute where the host still boots.
    const first = [
      ...(props.folder ? [`mkdir -p '${props.folder}'`] : []),
      ...(secretFile ? [`install -d -m 0700 '${secretFile.folder}'`] : []),
      ...(atRun.length > 0 && !props.folder ? ["true"] : []),
    ];
    const prepare: RemoteExecProvisioner[] =
      first.length > 0
        ? [{ type: "remote-exec", inline: [...(first.length > 1 ? ["set -e"] : []), ...first] }]
        : [];
    const run: RemoteExecProvisioner = {
      type: "remote-exec",
      inline: [
        "#!/usr/bin/env bash",
        ...[...environment, ...atRun].map(([name, value]) => `export ${name}=${shellQuoted(value)}`),
        escapeTemplate(props.script),
      ],
    };
    const confirm: RemoteExecProvisioner[] = props.confirm
      ? [
          {
            type: "remote-exec",
            inline: ["#!/usr/bin/env bash", escapeTemplate(props.confirm)],
            connection: { ...props.connection.provisioner, timeout: CONFIRM_TIMEOUT },
          },
        ]
      : [];
    this.resource = new Resource(this, "script", {
      triggers: {
        host: props.connection.address,
        digest: digest.digest("hex").slice(0, 12),
        ...Object.fromEntries(environment),
        ...props.triggers,
      },
      connection: props.connection.provisioner,
      provisioners: [...prepare, ...uploads, run, ...confirm],
      dependsOn: [...(props.after ?? [])],
      lifecycle: props.createBeforeDestroy ? { createBeforeDestroy: true } : undefined,
    });
    this.resource.overrideLogicalId(Naming.terraformId(id));
  }
}

/**
 * Quotes a literal for the shell. The value of a reference is quoted by the same marks: what may stand in it is checked
 * where it enters (configuration/variable-rules.ts), and a quote never may.
 */
function shellQuoted(value: string): string {
  return `'${value.replace(/'/g, "'\\''")}'`;
}
