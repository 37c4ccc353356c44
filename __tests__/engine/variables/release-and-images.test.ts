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

describe("what is deployed", () => {
  test.each(["latest", "2026.11.1", "3f2a9c1", "v1.0_rc-2", "x".repeat(128)])(
    "may be the release %s",
    async (release) => {
      expect(await terraform.refusals({ ...good, RELEASE: release })).toEqual([]);
    },
  );

  test.each(["", "a b", ".1", "-1", "feature/x", "1.0:2", "x".repeat(129), "é"])(
    "may not be the release %j",
    async (release) => {
      expect(await terraform.refusals({ ...good, RELEASE: release })).toEqual([
        `RELEASE is no image tag. Expected up to 128 letters, digits, "_", "." and "-", such as 2026.11.1 or a commit id. ${CORRECT}`,
      ]);
    },
  );

  test("may be images of one's own", async () => {
    const images = {
      postgres: "registry.example.com:5000/postgres:17.2-alpine",
      web: "emaintenance/web@sha256:0123abcd",
    };

    expect(await terraform.refusals({ ...good, IMAGES: images })).toEqual([]);
  });

  test.each(["postgresql", "emaintenance-web", "migration"])(
    "may not be an image of the unknown service %s",
    async (service) => {
      expect(await terraform.refusals({ ...good, IMAGES: { [service]: "x:1" } })).toEqual([
        `IMAGES names a service that does not exist. Expected only postgres, redis, user-service, work-order-service, asset-service, web, nginx. ${CORRECT}`,
      ]);
    },
  );

  test.each(["", "postgres 17", "/postgres", "postgres:17;id", "https://registry.example.com/x?y"])(
    "may not be the image %j",
    async (image) => {
      expect(await terraform.refusals({ ...good, IMAGES: { web: "x:1", postgres: image } })).toEqual([
        `IMAGES holds something that is no image reference. Expected name:tag or name@sha256:digest, such as postgres:17-alpine. ${CORRECT}`,
      ]);
    },
  );
});
