import { goodValues } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what it says to an operator who gives these values. */
let terraform: Terraform;
const good = goodValues();

beforeAll(async () => {
  terraform = await Terraform.on(production());
});

const SET = "Set it in terraform.tfvars (terraform.tfvars.example shows all of them).";

const EMPTY: Record<string, string> = {
  SERVER_IP: `SERVER_IP is empty. Expected the address or host name of the VM, such as 203.0.113.10. ${SET}`,
  SSH_HOST_KEYS: `SSH_HOST_KEYS is empty. Expected the output of \`ssh-keyscan SERVER_IP\`, compared with the VM's own keys. ${SET}`,
  NEXT_PUBLIC_API_URL: `NEXT_PUBLIC_API_URL is empty. Expected the origin of the gateway, such as http://203.0.113.10:3030. ${SET}`,
  POSTGRES_PASSWORD: `POSTGRES_PASSWORD is empty. Expected a secret of at least 16 characters. ${SET}`,
  REDIS_PASSWORD:
    "REDIS_PASSWORD is empty. Expected a secret of at least 16 characters, as `openssl rand -base64 24` makes one: without it, every container and login of the VM " +
    `reads and forges sessions. A system that has run without one keeps its sessions, and its services work on meanwhile. ${SET}`,
  JWT_SECRET: `JWT_SECRET is empty. Expected a secret of at least 32 characters. ${SET}`,
};

test("good values are taken", async () => {
  expect(await terraform.refusals(good)).toEqual([]);
});

test("all that is missing is said at once, and nothing else", async () => {
  const refusals = await terraform.refusals({ SSH_PRIVATE_KEY_FILE: good.SSH_PRIVATE_KEY_FILE });

  expect(refusals.sort()).toEqual(Object.values(EMPTY).sort());
});

test.each(Object.entries(EMPTY))("%s may not be empty", async (name, message) => {
  expect(await terraform.refusals({ ...good, [name]: "" })).toEqual([message]);
});
