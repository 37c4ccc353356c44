import { goodValues } from "../../support/good-values";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what it says to an operator who gives these values. */
const stack = production();
const good = goodValues();
const login = { username: "reader", password: "only-for-a-test-9" };
const CORRECT = "Correct it in terraform.tfvars (terraform.tfvars.example shows all of them).";

describe("logins to registries", () => {
  test.each([
    "registry.example.com",
    "registry.example.com:5000",
    "registry.example.org",
    "docker.io",
    "localhost",
  ])("may be for %s", async (address) => {
    const terraform = await Terraform.on(stack);
    expect(await terraform.refusals({ ...good, REGISTRIES: { [address]: login } })).toEqual([]);
  });

  test.each(["https://registry.example.org", "registry.example.org/team", ""])(
    "may not be for %j",
    async (address) => {
      const terraform = await Terraform.on(stack);
      expect(await terraform.refusals({ ...good, REGISTRIES: { [address]: login } })).toEqual([
        `REGISTRIES has an invalid address. Expected the registry alone, such as registry.example.com or registry.example.org, with :port where it has one: no scheme, no path; docker.io for Docker Hub. ${CORRECT}`,
      ]);
    },
  );

  test("have a username and a password", async () => {
    const terraform = await Terraform.on(stack);
    const values = { ...good, REGISTRIES: { "registry.example.org": { ...login, password: "" } } };
    expect(await terraform.refusals(values)).toEqual([
      `REGISTRIES has a login without a username or a password. Expected both, for example a read-only token of the registry as the password. ${CORRECT}`,
    ]);
  });

  test("are known to the preflight by their addresses, and never show", async () => {
    const addresses = stack.resource.null_resource?.preflight?.triggers as Record<string, string>;
    const terraform = await Terraform.on(stack, { addresses: addresses.REGISTRIES_WITH_LOGIN });
    const values = { ...good, REGISTRIES: { "registry.example.org": login, "docker.io": login } };

    expect(await terraform.evaluate(values)).toEqual({
      addresses: "docker.io index.docker.io registry-1.docker.io registry.example.org",
    });
    expect(await terraform.shown(values)).not.toContain(login.password);
  });

  test("to Docker Hub are given to the provider under every name by which it looks for them", async () => {
    const [provider] = stack.provider.docker ?? [];
    const { for_each, content } = (
      provider?.dynamic as { registry_auth: { for_each: string; content: Record<string, string> } }
    ).registry_auth;
    const inner = (text = "") => text.slice(2, -1);
    const blocks = `\${[for address in ${inner(for_each)} : "\${address} \${${inner(content.username).replaceAll("registry_auth.value", "address")}}"]}`;
    const terraform = await Terraform.on(stack, { blocks });
    const own = { username: "own", password: "only-for-a-test-9" };
    const logins = async (REGISTRIES: object) => (await terraform.evaluate({ ...good, REGISTRIES })).blocks;

    expect(await logins({ "docker.io": login, "registry.example.org": own })).toEqual([
      "docker.io reader",
      "index.docker.io reader",
      "registry-1.docker.io reader",
      "registry.example.org own",
    ]);
    expect(await logins({ "docker.io": login, "registry-1.docker.io": own })).toContain(
      "registry-1.docker.io own",
    );
    expect(await logins({ "registry.example.org": own })).toEqual(["registry.example.org own"]);
    expect(await logins({})).toEqual([]);
  });
});
