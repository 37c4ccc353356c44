import { ServiceImage } from "../../constructs/images/service-image";
import { TestStack } from "../support/test-stack";

describe("an image on the host", () => {
  // GIVEN
  const stack = new TestStack();
  const image = new ServiceImage(stack, "one", {
    service: "web",
    source: "example/web:1",
    after: [stack.variables.release],
  });

  // WHEN
  const json = stack.synthesise().resource.docker_image?.web;

  test("is found there by its reference, or pulled, after what must be there first", () => {
    expect(json).toMatchObject({
      name: '${lookup(var.IMAGES, "web", "example/web:1")}',
      depends_on: ["var.RELEASE"],
    });
  });

  test("stays there when it is no longer used: the rollback needs it", () => {
    expect(json).toMatchObject({ keep_locally: true });
  });

  test("is handed on by what it contains, not by its name", () => {
    expect(stack.resolved(image.imageId)).toBe("${docker_image.web.image_id}");
  });
});
