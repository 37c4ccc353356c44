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

describe("secrets", () => {
  const short = (name: string, length: number, bytes: number) =>
    `${name} is shorter than ${length} characters. Expected a secret of at least ${length}; \`openssl rand -base64 ${bytes}\` makes one. ${SET}`;
  const placeholder = (name: string, bytes: number) =>
    `${name} is still a placeholder. Expected a secret of your own; \`openssl rand -base64 ${bytes}\` makes one. ${SET}`;

  test.each([
    ["POSTGRES_PASSWORD", "x".repeat(15), [short("POSTGRES_PASSWORD", 16, 24)]],
    ["REDIS_PASSWORD", "x".repeat(15), [short("REDIS_PASSWORD", 16, 24)]],
    ["JWT_SECRET", "x".repeat(31), [short("JWT_SECRET", 32, 48)]],
    ["POSTGRES_PASSWORD", "your_secure_password", [placeholder("POSTGRES_PASSWORD", 24)]],
    ["POSTGRES_PASSWORD", "YOUR_SECURE_PASSWORD_", [placeholder("POSTGRES_PASSWORD", 24)]],
    ["REDIS_PASSWORD", "your_secure_password", [placeholder("REDIS_PASSWORD", 24)]],
    ["JWT_SECRET", "your_jwt_secret_key", [short("JWT_SECRET", 32, 48), placeholder("JWT_SECRET", 48)]],
    ["JWT_SECRET", "your_jwt_secret_key_of_32_letters", [placeholder("JWT_SECRET", 48)]],
    [
      "POSTGRES_PASSWORD",
      "changeme",
      [short("POSTGRES_PASSWORD", 16, 24), placeholder("POSTGRES_PASSWORD", 24)],
    ],
  ])("%s may not be %s", async (name, value, messages) => {
    expect(await terraform.refusals({ ...good, [name]: value })).toEqual(messages);
  });

  test.each(["POSTGRES_PASSWORD", "REDIS_PASSWORD", "JWT_SECRET"])(
    "%s may not end with the line break of the file that it comes from",
    async (name) => {
      expect(await terraform.refusals({ ...good, [name]: `${"x".repeat(32)}\n` })).toEqual([
        `${name} holds a line break or another control character. Expected one line; take it out where you set the value, in terraform.tfvars (terraform.tfvars.example shows all of them).`,
      ]);
    },
  );

  test.each([
    ["POSTGRES_PASSWORD", "x".repeat(16)],
    ["POSTGRES_PASSWORD", "/#@:%${}'\"\\ pass %%{x} word"],
    ["JWT_SECRET", "x".repeat(32)],
    ["REDIS_PASSWORD", "/#@:%${}'\"\\ pass %%{x} word"],
  ])("%s may be %s", async (name, value) => {
    expect(await terraform.refusals({ ...good, [name]: value })).toEqual([]);
  });

  test("never show, also when something else is refused", async () => {
    const secrets = ["POSTGRES_PASSWORD", "JWT_SECRET", "REDIS_PASSWORD"];
    const values = {
      ...good,
      ...Object.fromEntries(secrets.map((name) => [name, `the secret of ${name}, quite long`])),
    };

    const taken = await terraform.shown(values);
    const refused = await terraform.shown({ ...values, SERVER_IP: "999.1.1.1", RELEASE: "" });

    expect(refused).toContain("SERVER_IP is neither an IP address nor a host name.");
    expect(taken + refused).not.toContain("the secret of");
  });
});
