import { documented, type Row, Surroundings } from "../support/reachability";

const HEADING = "What a container reaches";
/** The columns of places that are no container. */
const PLACES = ["host, 3030", "host, others", "metadata", "outside"];

let surroundings: Surroundings;

beforeAll(async () => {
  surroundings = await Surroundings.make();
});

afterAll(async () => surroundings.remove());

test("over IPv4, each container reaches what docs/security.md says, and nothing else", async () => {
  expect(await surroundings.overIPv4()).toEqual(documented(HEADING));
});

describe("over IPv6", () => {
  test("no container reaches anything, as the networks have none", async () => {
    expect(await surroundings.withoutIPv6()).toBe(0);
  });

  test("the same holds for what is no container, once the operator gives the gateway's network IPv6", async () => {
    const places = (rows: Record<string, Row>) =>
      Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, PLACES.map((place) => `${place}: ${row[place]}`)]),
      );
    const found = await surroundings.overIPv6();
    const said = documented(HEADING);

    expect(Object.keys(found).length).toBeGreaterThan(4);
    expect(places(found)).toEqual(
      places(Object.fromEntries(Object.keys(found).map((name) => [name, said[name] ?? {}]))),
    );
  });
});
