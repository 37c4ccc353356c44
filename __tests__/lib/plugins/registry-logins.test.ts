import { RegistryLogins } from "../../../lib/plugins/docker/registry-logins";
import { Fields } from "../../../lib/plugins/protocol/fields";

const logins = new RegistryLogins([
  new Fields({ address: "https://registry.example.com:5000/v2/", username: "one", password: "p1" }),
  new Fields({ address: "registry-1.docker.io", username: "short", password: "p2" }),
  new Fields({ address: "docker.io", username: "long", password: "p3" }),
  new Fields({ address: "team", username: "team", password: "p4" }),
]);

const sent = (reference: string) =>
  JSON.parse(
    Buffer.from(logins.header(reference)["X-Registry-Auth"] ?? "", "base64url").toString(),
  ) as object;

describe("a login to a registry", () => {
  test("goes with the images of that registry", () => {
    expect(sent("registry.example.com:5000/team/web:1")).toEqual({
      username: "one",
      password: "p1",
      serveraddress: "https://registry.example.com:5000",
    });
  });

  // The real plugin takes these for different registries, though the engine pulls all of them from Docker Hub.
  test.each([
    ["web:1", "short"],
    ["team/web:1", "short"],
    ["docker.io/web:1", "long"],
    ["docker.io/team/web:1", "long"],
  ])("of Docker Hub: with %s goes that of %s names", (reference, username) => {
    expect(sent(reference)).toMatchObject({ username });
  });

  test("of a name with two slashes is that of its first part, whatever that looks like", () => {
    expect(sent("team/tools/web:1")).toMatchObject({ username: "team" });
  });

  test.each(["registry.example.com/web:1", "localhost/web:1", "registry.example.org/team/web@sha256:0123"])(
    "goes nowhere else: %s",
    (reference) => {
      expect(sent(reference)).toEqual({});
      expect(logins.knows(reference)).toBe(false);
    },
  );
});

test.each(["p", "pa", "pas", "pass>>>???"])(
  "the header is base64 for URLs, with its padding: %s",
  (password) => {
    const one = new RegistryLogins([
      new Fields({ address: "registry.example.com", username: "one", password }),
    ]);
    const header = one.header("registry.example.com/web")["X-Registry-Auth"] ?? "";
    expect(header).toMatch(/^[\w-]+={0,2}$/);
    expect(header.length % 4).toBe(0);
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ password });
  },
);
