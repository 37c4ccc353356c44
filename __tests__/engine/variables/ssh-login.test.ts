import { goodValues, HOST_KEYS } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what it says to an operator who gives these values. */
let terraform: Terraform;
const good = goodValues();

beforeAll(async () => {
  terraform = await Terraform.on(production());
});

const CORRECT = "Correct it in terraform.tfvars (terraform.tfvars.example shows all of them).";

describe("the login on the host", () => {
  test.each([22, 1, 65_535, "2222"])("may use port %j", async (port) => {
    expect(await terraform.refusals({ ...good, SSH_PORT: port })).toEqual([]);
  });

  test.each([0, -1, 65_536, 22.5])("may not use port %j", async (port) => {
    expect(await terraform.refusals({ ...good, SSH_PORT: port })).toEqual([
      `SSH_PORT is out of range. Expected an integer from 1 to 65535. ${CORRECT}`,
    ]);
  });

  test.each(["Deploy", "de ploy", "", "1deploy", "x;id", "x".repeat(33)])(
    "may not have the name %j",
    async (user) => {
      expect(await terraform.refusals({ ...good, SSH_USER: user })).toEqual([
        `SSH_USER is no login name. Expected lower-case letters, digits, - and _, such as deploy. ${CORRECT}`,
      ]);
    },
  );

  test.each(["/nowhere/id_ed25519", "~/nowhere/id_ed25519", "/", "~/"])(
    "needs a key file that is there, so not %s",
    async (path) => {
      expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: path })).toEqual([
        `SSH_PRIVATE_KEY_FILE names a file that does not exist. Expected the private key that the VM accepts; \`ssh-keygen -t ed25519\` makes one, \`ssh-copy-id\` installs it. ${CORRECT}`,
      ]);
    },
  );

  test.each(["id_ed25519", "./id_ed25519", "~deploy/.ssh/id_ed25519"])(
    "needs a key file by its absolute path, so not %j",
    async (path) => {
      expect(await terraform.refusals({ ...good, SSH_PRIVATE_KEY_FILE: path })).toEqual([
        `SSH_PRIVATE_KEY_FILE is not an absolute path. Expected a path that starts with / or ~/, such as ~/.ssh/id_ed25519, or nothing for the keys of your ssh-agent. ${CORRECT}`,
      ]);
    },
  );

  test.each(Object.entries(HOST_KEYS))("may pin a key of type %s", async (_type, key) => {
    expect(await terraform.refusals({ ...good, SSH_HOST_KEYS: key })).toEqual([]);
  });
});
