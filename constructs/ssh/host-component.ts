import { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Naming } from "../naming";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { HostScript } from "./host-script";

export interface HostComponentProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** Files that `apply` installs, by their name in the staging folder. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** A bash script that may run any number of times; finds the files in `$STAGING`. */
  readonly apply: string;
  /** As for a HostScript. @default nothing */
  readonly confirm?: string;
  /** A bash script that restores what was there before. It runs when the component is disabled or the stack destroyed. */
  readonly remove: string;
  /** Text that nobody but the login and root may read; `apply` finds it as `$STAGING/secret/` and this name. @default none */
  readonly secret?: { readonly name: string; readonly content: string };
  /** Values that `apply` finds in its environment. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** As for a HostScript. @default nothing */
  readonly triggers?: Readonly<Record<string, string>>;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** Host components whose turn comes before: not needed, but not to be provisioned at the same time. @default none */
  readonly inTurnAfter?: readonly ITerraformDependable[];
  /**
   * False removes the component. It must stay in the configuration for that: Terraform runs no provisioner of a block that
   * is gone. @default true
   */
  readonly enabled?: boolean;
}

/** Name of the script that removes the component, in its staging folder. */
const REMOVE = "remove.sh";

/** On a host that was emptied meanwhile, there is nothing to remove. */
const REMOVAL = '[ ! -e "${self.triggers.script}" ] || exec bash "${self.triggers.script}" < /dev/null';

/**
 * Something on the host that is not a container: a cron entry, firewall rules, a timer. A change of its files or scripts
 * provisions this component again, and only this one. It is removed when it is disabled, not when it changes.
 */
export class HostComponent extends Construct {
  /** What others depend on: it exists once the component is in place. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: HostComponentProps) {
    super(scope, id);
    const { connection, enabled = true } = props;
    const staging = props.layout.staging(id);
    const files = { ...props.files, [REMOVE]: props.remove };

    // Provisioners of a destruction may look at the resource itself only, so what they need to connect is in it. With
    // another way to the host, the resource is replaced, which removes the component: so it comes first, and the component after it.
    const removal = new Resource(this, "removal", {
      triggers: { ...connection.triggers, script: `${staging}/${REMOVE}` },
      provisioners: [connection.whenDestroyed(REMOVAL)],
      dependsOn: [...(props.after ?? [])],
    });
    removal.overrideLogicalId(`${Naming.terraformId(id)}_removal`);

    const script = new HostScript(this, id, {
      connection,
      files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${staging}/${name}`, text])),
      folder: staging,
      secretFile: props.secret && { folder: `${staging}/secret`, ...props.secret },
      script: props.apply,
      confirm: props.confirm,
      environment: { STAGING: staging, ...props.environment },
      // Without an instance there is no id to speak of.
      triggers: { ...props.triggers, ...(enabled && { removal: removal.id }) },
      after: [...(props.after ?? []), ...(props.inTurnAfter ?? [])],
    });
    this.resource = script.resource;

    if (!enabled) {
      for (const resource of [this.resource, removal]) {
        resource.addOverride("count", 0);
      }
    }
  }
}
