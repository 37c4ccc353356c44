import { PreflightHost } from "../../../support/preflight-host";

/** The names under which the Docker provider finds the login to Docker Hub. */
const HUB = "docker.io index.docker.io registry-1.docker.io";

describe("an image", () => {
  const pulls = (host: PreflightHost) => host.calls.filter((call) => call.startsWith("docker pull"));
  const absent = (image: string) => `[ "\${!#}" = ${image} ] && exit 1; echo amd64`;
  const remedy =
    "Correct IMAGES or RELEASE, give the registry's login in REGISTRIES, or build or load the image on the host";

  test("that is on the host is not pulled", async () => {
    const host = new PreflightHost();

    expect(await host.complaints()).toEqual([]);
    expect(pulls(host)).toEqual([]);
  });

  test("that a registry has is pulled, once the host has passed the checks", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": absent("web:1"),
      "manifest inspect *": "true",
      "pull *": "true",
    });

    expect((await host.report()).findings).toContainEqual(
      expect.objectContaining({ check: "images", severity: "ok", found: "1 on the host, 1 can be pulled" }),
    );
    expect(pulls(host)).toEqual(["docker pull --quiet web:1"]);
  });

  test("that a registry has is not pulled if anything else is wrong", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": absent("web:1"),
      "manifest inspect *": "true",
      "pull *": "true",
    });

    expect(await host.complaints({ ARCHITECTURES: "s390x" })).toHaveLength(1);
    expect(pulls(host)).toEqual([]);
  });

  test("that only the engine can reach is tried", async () => {
    const host = new PreflightHost().docker({ "image inspect *": absent("web:1"), "pull *": "true" });

    expect(await host.complaints()).toEqual([]);
    expect(pulls(host)).toEqual(["docker pull --quiet web:1"]);
  });

  test.each([
    ["registry.example.com:5000/team/web:1", "registry.example.com:5000"],
    ["localhost/web:1", "localhost"],
    ["team/web:1", HUB],
    ["web:1", `registry.example.org ${HUB}`],
    ["docker.io/team/web:1", HUB],
    ["index.docker.io/team/web:1", HUB],
  ])("%s of a registry that the deployment logs in to is left to it", async (image, registries) => {
    const host = new PreflightHost().docker({ "image inspect *": absent(image) });
    const settings = { IMAGES: `postgres:17 ${image}`, REGISTRIES_WITH_LOGIN: registries };

    expect((await host.report(settings)).findings).toContainEqual(
      expect.objectContaining({
        check: "images",
        severity: "ok",
        found: "1 on the host, 0 can be pulled, 1 are left to the login in REGISTRIES",
      }),
    );
    expect(pulls(host)).toEqual([]);
  });

  // The Docker provider would take the first part for a registry, and pull without the login to Docker Hub.
  test("a name with two slashes and no registry is not left to the login to Docker Hub", async () => {
    const image = "team/app/web:1";
    const host = new PreflightHost().docker({ "image inspect *": absent(image), "pull *": "true" });

    await host.report({ IMAGES: image, REGISTRIES_WITH_LOGIN: HUB });

    expect(pulls(host)).toEqual([`docker pull --quiet ${image}`]);
  });

  test("that cannot be found is named, each of them, with the reason", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": "exit 1",
      "pull *": 'printf "%s\\n" "Error response:" "\\"${!#}\\" unknown" >&2; exit 1',
    });

    expect(await host.complaints()).toEqual(
      ["postgres:17", "web:1"].map((image) => ({
        check: "image",
        severity: "error",
        found: `${image} is neither on vm1 nor can it be pulled: "${image}" unknown`,
        expected: "an image that is there or can be had",
        remedy,
      })),
    );
  });

  test("that is built for another machine is named", async () => {
    const host = new PreflightHost().docker({ "image inspect *web:1": "echo arm64" });

    expect(await host.complaints()).toEqual([
      {
        check: "image",
        severity: "error",
        found: "web:1 is built for arm64, and vm1 is amd64",
        expected: "an image for amd64",
        remedy: "Build it with --platform linux/amd64",
      },
    ]);
  });
});
