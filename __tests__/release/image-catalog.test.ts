import { ImageCatalog } from "../../constructs/release/image-catalog";
import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

describe("the images of the system", () => {
  test.each([
    ["postgres", "postgres:17-alpine"],
    ["redis", "redis:8-alpine"],
    ["nginx", "nginx:1.28-alpine"],
    ["user-service", "emaintenance/user-service:${var.RELEASE}"],
    ["work-order-service", "emaintenance/work-order-service:${var.RELEASE}"],
    ["asset-service", "emaintenance/asset-service:${var.RELEASE}"],
    ["web", "emaintenance/web:${var.RELEASE}"],
  ] as const)("%s is %s, unless the variable IMAGES names another", (service, reference) => {
    const stack = new TestStack();

    expect(ImageCatalog.defaultReference(service)).toBe(reference);
    expect(stack.image(service).reference).toBe(`\${lookup(var.IMAGES, "${service}", "${reference}")}`);
  });

  test("may be a team's own, and the variable IMAGES still wins", () => {
    const { resource } = production({ images: { postgres: "registry.example.com/postgres:17.2" } });

    expect(resource.docker_image?.postgres).toMatchObject({
      name: '${lookup(var.IMAGES, "postgres", "registry.example.com/postgres:17.2")}',
    });
  });

  test("that are a team's own are the ones that the host is asked for before anything starts", () => {
    const { resource } = production({ images: { postgres: "registry.example.com/postgres:17.2" } });

    const triggers = resource.null_resource?.preflight?.triggers as Record<string, string>;
    expect(triggers.IMAGES).toContain('lookup(var.IMAGES, "postgres", "registry.example.com/postgres:17.2")');
  });
});
