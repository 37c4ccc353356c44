import { goodValues } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what it says to an operator who gives these values. */
let terraform: Terraform;
const good = goodValues();

beforeAll(async () => {
  terraform = await Terraform.on(production());
});

const CORRECT = "Correct it in terraform.tfvars (terraform.tfvars.example shows all of them).";

describe("SERVER_IP", () => {
  test.each([
    "203.0.113.10",
    "2001:db8::10",
    "::ffff:203.0.113.10",
    "vm.example.com",
    "vm-1",
    "localhost",
    "1and1.example",
  ])("may be %s", async (address) => {
    expect(await terraform.refusals({ ...good, SERVER_IP: address })).toEqual([]);
  });

  test.each([
    "http://203.0.113.10",
    "203.0.113.10:22",
    "203.0.113.10/24",
    "999.1.1.1",
    "203.0.113",
    "203.0.113.10 ",
    "vm example com",
    "vm_1.example.com",
    "-vm.example.com",
    "[2001:db8::10]",
    "2001:db8::10::1",
    "deploy@vm.example.com",
    "vm.example.com\n",
    "$(id)",
  ])("may not be %j", async (address) => {
    expect(await terraform.refusals({ ...good, SERVER_IP: address })).toEqual([
      `SERVER_IP is neither an IP address nor a host name. Expected the VM alone, such as 203.0.113.10 or vm.example.com: no scheme, no port, no path. ${CORRECT}`,
    ]);
  });
});
