import { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";

export interface KeptDataProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
}

/** Says, when the system is destroyed, what stays on the host and how one would delete it. */
export class KeptData extends Construct {
  constructor(scope: Construct, id: string, props: KeptDataProps) {
    super(scope, id);
    const folders = ["data", "logs", "backups"].map((name) => `${props.layout.root}/${name}`);
    const notice = new Resource(this, "notice", {
      triggers: {
        host: props.connection.address,
        user: props.connection.variables.sshUser.stringValue,
        folders: folders.join(" "),
      },
      provisioners: [
        {
          type: "local-exec",
          when: "destroy",
          command:
            'echo "The data of E-Maintenance stays on ${self.triggers.host}: ${self.triggers.folders}. ' +
            "The next deployment finds it again. To delete it for ever: " +
            'ssh ${self.triggers.user}@${self.triggers.host} sudo rm -r ${self.triggers.folders}"',
        },
      ],
    });
    notice.overrideLogicalId("kept_data");
  }
}
