import { readFileSync } from "node:fs";
import { schema, type ResourceType } from "../../../lib/plugins/docker/schema";
import { conform, toMessage, type Block } from "../../../lib/plugins/protocol/schema";

/** Terraform's names of the arguments in the declarations of the installed bindings. */
function argumentsOf(module: string): string[] {
  const path = require.resolve(`@cdktf/provider-docker/lib/${module}`).replace(/\.js$/, ".d.ts");
  const links = readFileSync(path, "utf8").matchAll(/docs(?:\/resources\/\w+)?#(\w+) \w+#(\w+)\}/g);
  return [...new Set([...links].map(([, name = ""]) => name))];
}

function everyField(block: Block): Set<string> {
  const nested = Object.entries(block.blocks ?? {});
  return new Set([
    ...Object.keys(block.attributes),
    ...nested.flatMap(([name, inner]) => [name, ...everyField(inner)]),
  ]);
}

test.each<[ResourceType, string]>([
  ["docker_container", "container"],
  ["docker_image", "image"],
  ["docker_network", "network"],
  ["docker_volume", "volume"],
])("%s has every argument of the installed bindings", (type, module) => {
  const fields = everyField(schema.resources[type]);
  const names = argumentsOf(module);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !fields.has(name))).toEqual([]);
});

test("the provider has every argument of the installed bindings", () => {
  const fields = everyField(schema.provider);
  const meta = new Set(["alias"]);
  expect(argumentsOf("provider").filter((name) => !fields.has(name) && !meta.has(name))).toEqual([]);
});

test.each<[ResourceType, number]>([
  ["docker_container", 2],
  ["docker_image", 0],
  ["docker_network", 1],
  ["docker_volume", 1],
])("the state of a %s has the real plugin's form %d", (type, version) => {
  expect(schema.resources[type].version).toBe(version);
});

describe("a block", () => {
  const block: Block = {
    attributes: {
      name: { type: "string", required: true },
      size: { type: "number", optional: true, computed: true },
    },
    blocks: {
      ports: { nesting: "list", max_items: 2, attributes: { internal: { type: "number", required: true } } },
    },
  };

  test("is made to have exactly the fields of its schema", () => {
    expect(conform(block, { name: "a", old: 1, ports: [{ internal: 80, old: 1 }] })).toEqual({
      name: "a",
      size: null,
      ports: [{ internal: 80 }],
    });
  });

  test("has an empty list for a kind of block that is missing, as Terraform demands", () => {
    expect(conform(block, { name: "a" })).toEqual({ name: "a", size: null, ports: [] });
  });

  test("becomes the protocol's message", () => {
    expect(toMessage(block)).toMatchObject({
      attributes: [
        { name: "name", type: Buffer.from('"string"'), required: true, optional: false, computed: false },
        { name: "size", type: Buffer.from('"number"'), required: false, optional: true, computed: true },
      ],
      block_types: [{ type_name: "ports", nesting: 2, max_items: 2 }],
    });
  });
});
