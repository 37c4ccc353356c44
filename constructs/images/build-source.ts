import { Token } from "cdktf";
import type { Construct } from "constructs";
import { z } from "zod";
import type { BuiltInApplication } from "../services/built-in-services";
import { ServiceCatalogue } from "../services/service-catalogue";
import { validateProps } from "../values/validate";

/**
 * An image that is built on the host, from a folder of the machine that deploys. Either the Dockerfile is written from this
 * project's template (npm, Node.js; the default), or the team has one of its own (`dockerfile`).
 */
export interface BuildSource {
  /** Root of the source, a monorepo's root; relative to the folder of cdktf.json, absolute, or below `~`. */
  readonly context: string;
  /**
   * Folder of the service in the monorepo. It is sent, with the workspaces that it depends on, the manifests of all
   * workspaces and the manifests, lock file and tsconfig files of the root; a change in another service's folder builds
   * nothing. @default apps/<service>; in a folder without workspaces, all of it
   */
  readonly workspace?: string;
  /** More files and folders that the build needs, such as `scripts`. @default none */
  readonly include?: readonly string[];
  /** Exactly these files and folders are sent, whatever the workspaces are. @default as `workspace` says */
  readonly paths?: readonly string[];
  /** What is left out, as in a .dockerignore, after templates/images/dockerignore and the context's own. @default nothing more */
  readonly ignore?: readonly string[];
  /**
   * Build arguments. A value may be a Terraform value that is known when the plan is made (`variable.stringValue`). They
   * are in the plan and in the image: never a secret. @default none; for web, NEXT_PUBLIC_API_URL
   */
  readonly args?: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile that is the image. @default the last one */
  readonly target?: string;
  /** Size in MiB above which nothing is sent. @default 200 */
  readonly maxContextMiB?: number;
  /** Files that look like secrets but are not, such as the key of a test. @default none */
  readonly notSecret?: readonly string[];

  /** A Dockerfile of the team's own, in the context. @default written from the template */
  readonly dockerfile?: string;

  /** Template only: image with Node.js and npm, on Alpine or Debian. @default node:24-alpine, by digest */
  readonly base?: string;
  /**
   * Template only: packages whose install scripts run, such as bcrypt, which compiles itself. No other script of a package does.
   * @default none; needed, be it empty, where packages of the lock file have such scripts
   */
  readonly installScripts?: readonly string[];
  /** Template only: command that builds, at the root. @default `npm run build` in each workspace that has it, dependencies first */
  readonly build?: string;
  /** Template of an API service only: folder in the workspace that the build fills. @default dist */
  readonly output?: string;
  /** Template of an API service only: the output needs no node_modules, and is all that is in the image. @default false */
  readonly bundled?: boolean;
  /** Template of an API service only: what runs. @default node <output>/server.js; bundled: node server.js */
  readonly command?: readonly string[];
  /** Template only: path that answers 200 when the service is well. @default /health; web: /api/health */
  readonly healthPath?: string;
}

const TEMPLATE_ONLY = [
  "base",
  "installScripts",
  "build",
  "output",
  "bundled",
  "command",
  "healthPath",
] as const;

const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\s"'\\$*?]+$/, 'expected a path in the context, such as "apps/web"')
  .transform((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""));

const oneLine = z.string().regex(/^[^\r\n]+$/, 'expected one line, such as "npm run build"');

const schema = z
  .object({
    context: z.string().min(1, "expected a folder, such as ../emaintenance"),
    workspace: relativePath.optional(),
    include: z.array(relativePath).default([]),
    paths: z
      .array(relativePath)
      .min(1, "expected at least one path; leave it out for all that is needed")
      .optional(),
    ignore: z.array(z.string()).default([]),
    args: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of an ARG: letters, digits and _"),
        z.string().refine((value) => Token.isUnresolved(value) || !/[\r\n]/.test(value), "expected one line"),
      )
      .default({}),
    target: z
      .string()
      .regex(/^[A-Za-z0-9_.-]+$/, 'expected the name of a stage, such as "production"')
      .optional(),
    maxContextMiB: z.number().positive("expected MiB, such as 200").default(200),
    notSecret: z.array(relativePath).default([]),
    dockerfile: relativePath.optional(),
    base: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/,
        "expected an image with Node.js and npm, such as node:24-alpine",
      )
      .optional(),
    installScripts: z
      .array(
        z
          .string()
          .regex(
            /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
            "expected the name of a package, such as bcrypt",
          ),
      )
      .optional(),
    build: oneLine.optional(),
    output: relativePath.optional(),
    bundled: z.boolean().optional(),
    command: z.array(z.string()).min(1, 'expected words, such as ["node", "dist/server.js"]').optional(),
    healthPath: z
      .string()
      .regex(/^\/[^\s'"`\\$]*$/, 'expected a path such as "/health"')
      .optional(),
  })
  .superRefine((source, context) => {
    if (source.dockerfile === undefined) return;
    for (const name of TEMPLATE_ONLY.filter((one) => source[one] !== undefined)) {
      context.addIssue({
        code: "custom",
        path: [name],
        message:
          "is for the template; with a Dockerfile of your own, say it there, or as a build argument in args",
      });
    }
  });

/** A source whose values have been looked at. */
export type CheckedBuildSource = Readonly<z.output<typeof schema>>;

/** @throws ConfigurationError that names every wrong value */
export function checkedBuildSource(construct: Construct, source: BuildSource): CheckedBuildSource {
  return validateProps(construct, schema as unknown as z.ZodType<CheckedBuildSource>, source);
}

/** Key of the images of those services of a team that are not named. */
export const OF_OTHER_SERVICES = Symbol("of other services");

/** Images of all services of a team. */
export type ImagesOfTheTeam = Readonly<Record<BuiltInApplication, BuildSource>> & {
  readonly [OF_OTHER_SERVICES]: (service: string) => BuildSource;
};

/**
 * All services of the team, built from one monorepo: `images: builtFrom("../emaintenance")`. Each is in `apps/<service>`, also
 * those that the team adds by `services`.
 *
 * @param common what else holds for each of them
 */
export function builtFrom(
  context: string,
  common: Omit<BuildSource, "context" | "workspace"> = {},
): ImagesOfTheTeam {
  const source = (service: string): BuildSource => ({ ...common, context, workspace: `apps/${service}` });
  const builtIn = ServiceCatalogue.builtIn.application.map(({ name }) => [name, source(name)]);
  return {
    ...(Object.fromEntries(builtIn) as Record<BuiltInApplication, BuildSource>),
    [OF_OTHER_SERVICES]: source,
  };
}
