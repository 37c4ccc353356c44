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

describe("NEXT_PUBLIC_API_URL", () => {
  test.each([
    "http://203.0.113.10:3030",
    "https://maintenance.example.com",
    "http://[2001:db8::10]:3030",
    "https://[2001:db8::10]",
    "http://localhost:65535",
  ])("may be %s", async (url) => {
    expect(await terraform.refusals({ ...good, NEXT_PUBLIC_API_URL: url })).toEqual([]);
  });

  test.each([
    "http://203.0.113.10:3030/",
    "http://203.0.113.10:3030/api",
    "http://203.0.113.10:3030?x",
    "203.0.113.10:3030",
    "//203.0.113.10",
    "ftp://203.0.113.10",
    "http://",
    "http://203.0.113.10:",
    "http://203.0.113.10:0",
    "http://203.0.113.10:65536",
    "http://user@203.0.113.10",
    "http://a b",
  ])("may not be %s", async (url) => {
    expect(await terraform.refusals({ ...good, NEXT_PUBLIC_API_URL: url })).toEqual([
      `NEXT_PUBLIC_API_URL is not an origin. Expected http:// or https://, a host and perhaps a port from 1 to 65535, with no path and no slash at the end, such as http://203.0.113.10:3030. ${CORRECT}`,
    ]);
  });
});
