import { terraformUnder } from "../../../lib/terraform/interrupt";

test("finds Terraform below cdktf, but not its plugins or another Terraform", () => {
  const list = [
    "    1     0 init",
    "   40     1 node",
    "   41    40 node",
    "   42    41 /usr/local/bin/terraform",
    "   43    42 terraform-provider-docker_v3.9.0",
    "   44    42 terraform",
    "   50     1 terraform",
    "",
  ].join("\n");

  expect(terraformUnder(40, list)).toEqual([42]);
  expect(terraformUnder(60, list)).toEqual([]);
});
