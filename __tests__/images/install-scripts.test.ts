import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildSource } from "../../constructs/images/build-source";
import { ImageBuild } from "../../constructs/images/image-build";
import { packagesWithScripts } from "../../constructs/images/install-scripts";
import { temporaryFolder } from "../support/temporary-folder";
import { TestStack } from "../support/test-stack";

const LOCK = {
  lockfileVersion: 3,
  packages: {
    "": { name: "app", hasInstallScript: true },
    "node_modules/bcrypt": { hasInstallScript: true },
    "node_modules/a/node_modules/@prisma/engines": { hasInstallScript: true },
    "node_modules/b/node_modules/bcrypt": { hasInstallScript: true },
    "node_modules/fsevents": { hasInstallScript: true, os: ["darwin"] },
    "node_modules/not-here": { hasInstallScript: true, os: ["!linux"] },
    "node_modules/express": {},
  },
};

function folder(lock: object): string {
  const root = temporaryFolder();
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "app", version: "1.0.0" }));
  return root;
}

/** What the image is built from, with these settings. */
function build(lock: object, source: Partial<BuildSource> = {}): ImageBuild {
  return new ImageBuild(new TestStack(), "build", {
    service: "user-service",
    template: "api",
    source: { context: folder(lock), ...source },
  });
}

test("packages with install scripts are found wherever they are, once, and only those of this system", () => {
  expect(packagesWithScripts(folder(LOCK), ["package-lock.json"])).toEqual(["@prisma/engines", "bcrypt"]);
});

describe("install scripts", () => {
  test("are disabled by default: a team with such packages names them", () => {
    expect(() => build(LOCK)).toThrow(
      new Error(
        "packages of user-service have install scripts: @prisma/engines, bcrypt. Whoever publishes one of them could run anything " +
          "where the image is built, so only those run that are named: expected installScripts with the packages that do not work " +
          'without, such as installScripts: ["@prisma/engines"], or installScripts: [] for none',
      ),
    );
    expect(() => build(LOCK, { installScripts: [] })).not.toThrow();
    expect(() => build({ lockfileVersion: 3, packages: {} })).not.toThrow();
  });

  test("of a package with another name cannot be meant", () => {
    expect(() => build(LOCK, { installScripts: ["bcrypt; id"] })).toThrow(
      /expected the name of a package, such as bcrypt/,
    );
  });
});
