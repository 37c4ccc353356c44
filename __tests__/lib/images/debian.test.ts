import {
  mmdebstrapCommand,
  oneLiners,
  reachingOptions,
  sourcesOfSuite,
  stanzas,
} from "../../../lib/images/debian";

describe("the machine's package sources", () => {
  test("in the one-line format", () => {
    const text = [
      "# deb http://old.example/debian bookworm main",
      "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # own",
      "deb-src http://mirror.example/debian bookworm main",
      "",
    ].join("\n");
    expect(oneLiners(text)).toEqual([
      { uri: "http://mirror.example/debian", suite: "bookworm", components: ["main", "contrib"] },
    ]);
  });

  test("in the deb822 format", () => {
    const text = [
      "Types: deb deb-src",
      "# a comment",
      "URIs: http://mirror.example/debian",
      "Suites: bookworm bookworm-updates",
      "Components: main",
      "Signed-By:",
      " -----BEGIN PGP PUBLIC KEY BLOCK-----",
      "",
      "Types: deb",
      "Enabled: no",
      "URIs: http://other.example",
      "Suites: stable",
      "Components: main",
    ].join("\n");
    expect(stanzas(text)).toEqual([
      { uri: "http://mirror.example/debian", suite: "bookworm", components: ["main"] },
      { uri: "http://mirror.example/debian", suite: "bookworm-updates", components: ["main"] },
    ]);
  });

  test("become those of Debian 13; foreign ones are left out, duplicates come once", () => {
    const source = (uri: string, suite: string) => ({ uri, suite, components: ["main"] });
    const sources = [
      source("http://mirror.example/debian", "bookworm"),
      source("http://mirror.example/debian", "bookworm"),
      source("http://mirror.example/security", "bookworm-security"),
      source("http://mirror.example/debian", "bookworm-backports"),
      source("http://vendor.example", "stable"),
    ];
    expect(sourcesOfSuite(sources, "bookworm", "trixie")).toEqual([
      "deb http://mirror.example/debian trixie main",
      "deb http://mirror.example/security trixie-security main",
    ]);
  });
});

test("only what decides whether a mirror can be reached is taken from apt's options", () => {
  const dump = [
    'APT::Architecture "amd64";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::https::Verify-Peer "";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Languages:: "none";',
    'Acquire::Retries "3";',
  ].join("\n");
  expect(reachingOptions(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Retries "3";',
  ]);
});

test("an image is one mmdebstrap command", () => {
  const command = mmdebstrapCommand({
    suite: "trixie",
    packages: ["curl", "nginx"],
    excluded: ["/usr/share/doc/*"],
    aptOptions: ['Acquire::Retries "3";'],
    sources: ["deb http://mirror.example/debian trixie main"],
    certificates: "/tmp/certificates",
    customize: "/somewhere/customize.sh",
  });
  expect(command).toEqual([
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    "--format=tar",
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    '--aptopt=Acquire::Retries "3";',
    "--include=curl,nginx",
    "--customize-hook=sync-in /tmp/certificates /usr/local/share/ca-certificates",
    '--customize-hook=chroot "$1" update-ca-certificates',
    `--customize-hook='/somewhere/customize.sh' "$1"`,
    "trixie",
    "-",
    "deb http://mirror.example/debian trixie main",
  ]);
});
