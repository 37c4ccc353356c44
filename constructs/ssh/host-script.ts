import { Resource } from "@cdktf/provider-null/lib/resource";
import {
  dependable,
  type FileProvisioner,
  type ITerraformDependable,
  Lazy,
  type LocalExecProvisioner,
  type RemoteExecProvisioner,
} from "cdktf";
import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { Naming } from "../naming";
import { StackFiles } from "../stack-files";
import { template } from "../templates";
import { escapeTemplate } from "../values/terraform-text";
import type { HostConnection } from "./host-connection";

/** How long a connection is tried for the confirmation: longer than a host takes to open up again by itself. */
const CONFIRM_TIMEOUT = "2m";

/** Of everything that Terraform runs on the host: its own file does not stay there. */
const BEGINNING = ["#!/usr/bin/env bash", "set -euo pipefail", escapeTemplate(template("ssh/own-file.sh"))];

/** What must be there first. A function is asked when the stack is synthesised: then everything has been said. */
export type Predecessors = readonly ITerraformDependable[] | (() => readonly ITerraformDependable[]);

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
   * The same, but taken when Terraform begins to connect, and never a reason to run again: for what is always different, as
   * the time is. @default none
   */
  readonly environmentAtRun?: Readonly<Record<string, string>>;
  /**
   * Whether it is the first script of its stack, before which the folder for scripts is made. That waits for a host that still
   * boots, and `environmentAtRun` is taken after it. @default false
   */
  readonly first?: boolean;
  /** Files that are laid on the host before the script runs, by absolute path. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * The same, with a text that Terraform finds out when the script runs; the value is an expression without its braces. A
   * change of it is seen by `triggers` only. @default none
   */
  readonly contents?: Readonly<Record<string, string>>;
  /**
   * A file that nobody but the login and root may read at any time: its folder is made for them alone. The script
   * should move it on. A change of its content is seen by `triggers` only. @default none
   */
  readonly secretFile?: { readonly folder: string; readonly name: string; readonly content: string };
  /** Folder that is made before the files are laid down, with the login as its owner. @default it is there */
  readonly folder?: string;
  /** What makes the script run again, in addition to a change of itself, its files, its environment or the host. @default nothing */
  readonly triggers?: Readonly<Record<string, string>>;
  /** What must be there first; a function is asked when the stack is synthesised. @default nothing */
  readonly after?: Predecessors;
  /** As Terraform does it for whatever such a resource depends on: the new one first, the old one last. @default false */
  readonly createBeforeDestroy?: boolean;
}

/**
 * A script that runs on the host over SSH: when it, its input or the host has changed, and not otherwise. It ends at
 * the first command that fails, and so does the deploy. Its files travel inside the script, so all of it is one connection;
 * a secret file, a confirmation and `first` are the exceptions.
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

    // What is run lies next to the stack: the expressions below are evaluated when a provisioner runs, and only then.
    const stackFiles = StackFiles.of(this);
    const text = (name: string, content: string) => stackFiles.add(id, name, content);
    const laidDown = [
      ...files.map(([path, content]) => [path, text(basename(path), content)] as const),
      ...Object.entries(props.contents ?? {}),
    ];
    const { secretFile } = props;
    const folders = [
      ...(props.folder ? [`mkdir -p '${props.folder}'`] : []),
      ...(secretFile ? [`install -d -m 0700 '${secretFile.folder}'`] : []),
    ];
    const run: RemoteExecProvisioner = {
      type: "remote-exec",
      inline: [
        ...BEGINNING,
        ...(secretFile ? [] : folders),
        ...laidDown.flatMap(([path, content]) => layDown(path, content)),
        ...[...environment, ...Object.entries(props.environmentAtRun ?? {})].map(
          ([name, value]) => `export ${name}=${shellQuoted(value)}`,
        ),
        expression(text("script.sh", props.script)),
      ],
    };
    const confirm: RemoteExecProvisioner[] = props.confirm
      ? [
          {
            type: "remote-exec",
            inline: [...BEGINNING, expression(text("confirm.sh", props.confirm))],
            connection: { ...props.connection.provisioner, timeout: CONFIRM_TIMEOUT },
          },
        ]
      : [];
    const before: (LocalExecProvisioner | RemoteExecProvisioner | FileProvisioner)[] = [
      ...(props.first ? [props.connection.scriptFolder] : []),
      ...(secretFile
        ? [{ type: "remote-exec" as const, inline: [...BEGINNING, ...folders] }, secretUpload(secretFile)]
        : []),
    ];
    this.resource = new Resource(this, "script", {
      triggers: {
        host: props.connection.address,
        digest: digest.digest("hex").slice(0, 12),
        ...Object.fromEntries(environment),
        ...props.triggers,
      },
      connection: props.connection.provisioner,
      provisioners: [...before, run, ...confirm],
      lifecycle: props.createBeforeDestroy ? { createBeforeDestroy: true } : undefined,
    });
    const { after = [] } = props;
    const predecessors = typeof after === "function" ? after : () => after;
    this.resource.dependsOn = Lazy.listValue({ produce: () => predecessors().map(dependable) });
    this.resource.overrideLogicalId(Naming.terraformId(id));
  }
}

/**
 * Lines that lay a file on the host, readable for all; `content` is an expression without its braces. The file is a new one
 * each time, as whoever reads the one before shall go on reading it whole.
 */
function layDown(path: string, content: string): string[] {
  return [
    `base64 --decode << 'END' | gunzip | install -m 0644 /dev/stdin '${path}'`,
    expression(`base64gzip(${content})`),
    "END",
  ];
}

/** By a provisioner of its own: Terraform hides all that a script prints whose text holds a secret. */
function secretUpload({
  folder,
  name,
  content,
}: NonNullable<HostScriptProps["secretFile"]>): FileProvisioner {
  return { type: "file", content, destination: `${folder}/${name}` };
}

/**
 * Quotes a literal for the shell. The value of a reference is quoted in the same way: its content is checked
 * where it enters (configuration/variable-rules.ts), and a quote never may.
 */
function shellQuoted(value: string): string {
  return `'${value.replace(/'/g, "'\\''")}'`;
}
