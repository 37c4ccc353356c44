import { TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import { secret, singleLine, requiredWith } from "../configuration/variable-rules";

/** The login with which checks after a deploy try the system. Optional: without it, what needs a login is skipped. */
export class VerifyVariables extends Construct {
  readonly username: TerraformVariable;
  readonly password: TerraformVariable;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.username = new TerraformVariable(this, "VERIFY_USERNAME", {
      type: VariableType.STRING,
      nullable: false,
      default: "",
      description:
        "Login of the test account with which each deploy checks the system. Empty: those checks are skipped.",
      validation: [singleLine("VERIFY_USERNAME")],
    });
    this.password = new TerraformVariable(this, "VERIFY_PASSWORD", {
      type: VariableType.STRING,
      nullable: false,
      sensitive: true,
      default: "",
      description: "Password of the test account; kept on the host, readable by root only.",
      validation: [
        requiredWith("VERIFY_PASSWORD", "VERIFY_USERNAME", "the password of the test account"),
        ...secret("VERIFY_PASSWORD", 8, "openssl rand -base64 18"),
      ],
    });
    for (const variable of [this.username, this.password]) variable.overrideLogicalId(variable.node.id);
  }
}
