import { Lazy, type TerraformResource } from "cdktf";
import { expression } from "./expression";

/** What Terraform must find when it plans a resource that must not be replaced. */
export interface Unchanged {
  /** In Terraform's language; `self` is the resource as it is. */
  readonly condition: string;
  /** What differs, and the remedy; it may hold `${self.…}`. */
  readonly message: string;
}

/**
 * Keeps Terraform from ever replacing a resource that containers use: the Docker provider would wait for it to be removed,
 * fail, and leave the system without the containers that were to follow. A setting that asks for another one is refused by
 * the plan.
 *
 * @param unchanged asked when the stack is synthesised: the aspects of a development system give other names
 */
export function neverReplaced(resource: TerraformResource, unchanged: () => Unchanged): void {
  resource.lifecycle = { ignoreChanges: "all" };
  resource.addOverride("lifecycle.postcondition", [
    {
      condition: Lazy.stringValue({ produce: () => expression(unchanged().condition) }),
      error_message: Lazy.stringValue({ produce: () => unchanged().message }),
    },
  ]);
}
