import { Construct } from "constructs";
import { TerraformStack } from "cdktf";
import { z } from "zod";
import { validateProps } from "../../constructs/values/validate";
import { testApp } from "../support/test-stack";

describe("props that are checked against a schema", () => {
  const construct = new Construct(new TerraformStack(testApp(), "prod"), "web");
  const schema = z.object({
    path: z.string().startsWith("/", "expected a path"),
    environment: z.record(z.string().regex(/^[A-Z]+$/, "expected a name in capitals"), z.string()).optional(),
    limits: z.object({ cpus: z.number({ error: "expected a number of cores" }) }),
  });

  test("come back as they are when they are good", () => {
    const props = { path: "/health", limits: { cpus: 1 } };

    expect(validateProps(construct, schema, props)).toEqual(props);
  });

  test("are refused with every finding at once, by the construct's path and the property's", () => {
    expect(() => validateProps(construct, schema, { path: "health", limits: { cpus: "1" } })).toThrow(
      new Error(
        [
          "invalid settings for prod/web:",
          '  path is "health": expected a path',
          '  limits.cpus is "1": expected a number of cores',
        ].join("\n"),
      ),
    );
  });

  test("are refused by the name of an entry that is wrong, and never show its value", () => {
    const props = { path: "/health", limits: { cpus: 1 }, environment: { "api key": "secret" } };

    expect(() => validateProps(construct, schema, props)).toThrow(
      new Error(
        [
          "invalid settings for prod/web:",
          '  a name in environment is "api key": expected a name in capitals',
        ].join("\n"),
      ),
    );
  });
});
