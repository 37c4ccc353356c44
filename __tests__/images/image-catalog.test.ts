import { OFFICIAL_IMAGES } from "../../constructs/images/official-images";
import { ImageCatalog } from "../../constructs/images/image-catalog";
import { folderOf, MONOREPO } from "../support/monorepo";
import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

describe("the images of the system", () => {
  test.each([
    ["postgres", OFFICIAL_IMAGES.postgres],
    ["redis", OFFICIAL_IMAGES.redis],
    ["nginx", OFFICIAL_IMAGES.nginx],
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

describe("an image that is built on the host", () => {
  // GIVEN
  const root = folderOf(MONOREPO);
  const { resource } = production({
    images: { "user-service": { context: root }, web: { context: root, target: "build" } },
  });

  test("is named by a digest of its source, unless the variable IMAGES names another", () => {
    expect(resource.docker_image?.user_service).toMatchObject({
      name: expect.stringMatching(
        /^\$\{lookup\(var\.IMAGES, "user-service", "emaintenance\/user-service:[0-9a-f]{12}"\)\}$/,
      ) as unknown,
      keep_locally: true,
    });
  });

  test("is not built if IMAGES names one: the rollback needs no source", () => {
    expect(resource.docker_image?.user_service?.dynamic).toEqual({
      build: {
        for_each: '${contains(keys(var.IMAGES), "user-service") ? [] : ["build"]}',
        content: {
          context: expect.stringMatching(/^images\/user-service\/[0-9a-f]{12}$/) as unknown,
          dockerfile: "Dockerfile.emaintenance",
          build_args: {},
          remove: true,
          force_remove: true,
        },
      },
    });
  });

  test("has the gateway's origin built in if it is the web, and as a part of its name", () => {
    const { name, dynamic } = resource.docker_image?.web as { name: string; dynamic: unknown };
    expect(name).toContain("sha256(jsonencode([var.NEXT_PUBLIC_API_URL]))");
    expect(dynamic).toMatchObject({
      build: {
        content: { target: "build", build_args: { NEXT_PUBLIC_API_URL: "${var.NEXT_PUBLIC_API_URL}" } },
      },
    });
  });

  test("is there, as all others of the release, before the first container of it is made", () => {
    for (const service of ["migration", "user_service", "work_order_service", "asset_service", "web"]) {
      const { depends_on } = resource.docker_container?.[service] as { depends_on: string[] };
      expect(depends_on).toEqual(
        expect.arrayContaining(["docker_image.user_service", "docker_image.web"]) as unknown,
      );
      expect(depends_on).not.toContain("docker_image.asset_service");
    }
  });

  test("is looked after by the preflight: what it starts from, and that it is another one", () => {
    const triggers = resource.null_resource?.preflight?.triggers as Record<string, string>;
    expect(triggers.IMAGES).toContain('lookup(var.IMAGES, "user-service", "' + OFFICIAL_IMAGES.node + '")');
    expect(triggers.builds).toMatch(/"emaintenance\/user-service:[0-9a-f]{12}"/);
    expect(triggers.builds).not.toContain("asset-service");
  });
});

describe("a wrong image gets a sentence", () => {
  test.each([
    ["http://registry.example.com/web:1"],
    ["registry.example.com/Web:1"],
    ["web:"],
    ["web:1.0 beta"],
    ["web@sha256:0123"],
    [""],
  ])("%j", (reference) => {
    expect(() => production({ images: { web: reference } })).toThrow(
      `images.web is ${JSON.stringify(reference)}: expected an image reference, name:tag or name@sha256:digest, ` +
        "in lower case and without a scheme, such as registry.example.com/emaintenance/web:1.4.2",
    );
  });

  test.each([
    ["web"],
    ["postgres:17-alpine"],
    ["registry.example.com:5000/team/web:1.4.2_rc.1"],
    [`registry.example.org/team/web@sha256:${"0".repeat(64)}`],
    [`localhost/web:1@sha256:${"a".repeat(64)}`],
  ])("but not %s", (reference) => {
    expect(() => production({ images: { web: reference } })).not.toThrow();
  });

  test("for a service that does not exist", () => {
    expect(() => production({ images: { api: "x:1" } })).toThrow(
      'images names the unknown service "api": expected some of postgres, redis, user-service, work-order-service, asset-service, web, nginx',
    );
  });
});

test("the Docker provider logs in to the registries that the variable REGISTRIES names", () => {
  const [provider] = production().provider.docker ?? [];
  expect(provider?.dynamic).toEqual({
    registry_auth: {
      for_each:
        '${nonsensitive(toset(concat(keys(var.REGISTRIES), contains(keys(var.REGISTRIES), "docker.io") ? ' +
        '["registry-1.docker.io", "index.docker.io"] : [])))}',
      content: {
        address: "${registry_auth.value}",
        username: '${try(var.REGISTRIES[registry_auth.value], var.REGISTRIES["docker.io"]).username}',
        password: '${try(var.REGISTRIES[registry_auth.value], var.REGISTRIES["docker.io"]).password}',
      },
    },
  });
});
