import { imagePath, splitReference } from "../../../lib/plugins/docker/image-lookup";

test.each([
  ["nginx", "nginx", "latest"],
  ["nginx:1.26", "nginx", "1.26"],
  ["registry.example:5000/team/web", "registry.example:5000/team/web", "latest"],
  ["registry.example:5000/team/web:2", "registry.example:5000/team/web", "2"],
  ["web@sha256:0a", "web", "sha256:0a"],
  ["registry.example:5000/web:2@sha256:0a", "registry.example:5000/web", "sha256:0a"],
])("%s is pulled as %s and %s", (name, repository, tag) => {
  expect(splitReference(name)).toEqual({ repository, tag });
});

test("a reference cannot leave its place in the path of a request", () => {
  expect(imagePath("team/web:1?force=true")).toBe("/images/team/web%3A1%3Fforce%3Dtrue");
});
