import { RegistryLogins } from "../../../rehearsal/plugins/docker/registry-logins";
import { Fields } from "../../../rehearsal/plugins/protocol/fields";

const logins = new RegistryLogins([
  new Fields({ address: "https://registry.example.com:5000/v2/", username: "one", password: "p1" }),
  new Fields({ address: "index.docker.io", username: "two", password: "p2" }),
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
      serveraddress: "registry.example.com:5000",
    });
  });

  test.each(["web:1", "team/web:1", "docker.io/team/web:1"])("of Docker Hub goes with %s", (reference) => {
    expect(sent(reference)).toMatchObject({ username: "two", serveraddress: "docker.io" });
  });

  test.each(["registry.example.com/web:1", "localhost/web:1", "registry.example.org/team/web@sha256:0123"])(
    "goes nowhere else: %s",
    (reference) => {
      expect(sent(reference)).toEqual({});
      expect(logins.knows(reference)).toBe(false);
    },
  );
});
