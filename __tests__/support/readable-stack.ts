import { containerLines } from "./readable-container";
import { block, compact, type Line, page } from "./readable-text";
import { containers, type StackJson } from "./stack-json";
import { startOrder } from "./start-order";

/**
 * A synthesised stack as a person reads it: containers in start order, what all of them share said once, long scripts
 * by their first lines. Nothing is left out, so every change of a stack is a change of this text.
 */
export function readableStack(stack: StackJson): string {
  const { terraform, provider, variable, locals, output, resource } = stack;
  const others = Object.entries(resource).filter(([type]) => type !== "docker_container");
  return page([
    block("terraform", lines(terraform)),
    ...Object.entries(provider).flatMap(([name, list]) =>
      list.map((settings) => block(`provider ${name}`, lines(settings))),
    ),
    ...containerBlocks(stack),
    ...others.flatMap(([type, resources]) =>
      Object.entries(resources).map(([name, settings]) => block(`${type} ${name}`, lines(settings))),
    ),
    block("locals", lines(locals ?? {})),
    ...Object.entries(variable ?? {}).map(([name, settings]) => block(`variable ${name}`, lines(settings))),
    ...Object.entries(output ?? {}).map(([name, settings]) => block(`output ${name}`, lines(settings))),
  ]);
}

function containerBlocks(stack: StackJson): readonly string[] {
  const order = startOrder(stack);
  const all = Object.entries(containers(stack))
    .map(([id, json]) => ({ id, json, text: containerLines(json).map(joined) }))
    .sort((a, b) => depth(a.id) - depth(b.id));
  const services = all.filter(({ json }) => json.wait);
  const ofEach = common(all.map(({ text }) => text));
  const ofServices = common(services.map(({ text }) => text)).filter((line) => !ofEach.includes(line));
  return [
    block("every container", ofEach.map(split)),
    block("every container that must become healthy", ofServices.map(split)),
    ...all.map(({ id, json, text }) => {
      const said = json.wait ? [...ofEach, ...ofServices] : ofEach;
      const own = text.filter((line) => !said.includes(line));
      return block(`container ${json.name} (docker_container.${id})`, own.map(split));
    }),
  ];

  function depth(id: string): number {
    return order.get(`docker_container.${id}`)?.size ?? 0;
  }
}

/** A setting that holds others is shown one level deeper, so that each has a line of its own. */
function lines(settings: object): readonly Line[] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]): readonly Line[] => {
    if (!Array.isArray(value)) {
      return nested(name, value);
    }
    const list = value as readonly unknown[];
    return list.every((item) => typeof item === "string")
      ? [[name, list.map(compact).join("\n")]]
      : list.flatMap((item) => nested(name, item));
  });
}

function nested(name: string, value: unknown): readonly Line[] {
  if (typeof value !== "object" || value === null) {
    return [[name, compact(value)]];
  }
  return lines(value).map(([label, text]): Line => [`${name} ${label}`, text]);
}

/** The lines that are in all of the texts. */
function common([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((line) => others.every((text) => text.includes(line)));
}

/** Lines as one string each, so that they can be compared. */
const joined = ([label, text]: Line): string => `${label}\u0000${text}`;

const split = (line: string): Line => {
  const [label = "", text = ""] = line.split("\u0000");
  return [label, text];
};
