import type { LocalExecProvisioner } from "cdktf";
import { expression } from "../configuration/expression";
import { template } from "../templates";
import { escapeTemplate } from "../values/terraform-text";
import type { SshRoute } from "./ssh-options";

export interface SshScriptProps {
  readonly route: SshRoute;
  /** Words for ssh, which fit the route. */
  readonly options: readonly string[];
  /** What the host's sh runs; may refer to what Terraform knows. */
  readonly script: string;
  /** @default when its resource is made */
  readonly when?: "destroy";
}

/**
 * A provisioner that runs a short script on the host by the system's ssh. No file is laid down there for it, so it works before
 * there is a folder for scripts, and when it no longer exists. Its text must hold no secret.
 */
export function sshScript({ route, options, script, when }: SshScriptProps): LocalExecProvisioner {
  const provisioner = {
    type: "local-exec",
    // When it fails, Terraform prints the command, which to bash is the name of the program: a few words, and not the program.
    interpreter: ["bash", "-c", escapeTemplate(template("ssh/command.sh"))],
    command: "ssh",
    environment: {
      SSH_OPTIONS: options.join("\n"),
      SSH_LOGIN: expression(route.user),
      SSH_PORT: expression(route.port),
      SSH_HOST: expression(route.host),
      SSH_SCRIPT: script,
    },
    // Otherwise Terraform prints all of it each time.
    quiet: true,
    ...(when && { when }),
  } as const;
  // This version of cdktf has no name for `quiet`, and hands it on.
  return provisioner as unknown as LocalExecProvisioner;
}
