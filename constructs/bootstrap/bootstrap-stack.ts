import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { HostEquipment, type HostEquipmentSettings } from "./host-equipment";
import { HostConnection } from "../ssh/host-connection";
import { statePath } from "../state-path";

/**
 * Prepares a bare Debian or Ubuntu VM. Comes before the production stack, which does not depend on it: a host that was
 * prepared in another way does as well.
 */
export class BootstrapStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: HostEquipmentSettings = {}) {
    super(scope, id);
    new LocalBackend(this, { path: statePath(id) });
    new NullProvider(this, "null");
    const connection = new HostConnection(this, "host");
    new HostEquipment(this, "equipment", { ...props, connection });
  }
}
