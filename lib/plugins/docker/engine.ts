import { type Agent, type IncomingMessage, request } from "node:http";
import { json, text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PluginError } from "../protocol/errors";
import type { EngineHost } from "./host";

export interface EngineRequest {
  /** A list gives the parameter once for each element; undefined and "" give none. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON, or as it is if it is a stream. */
  readonly body?: object | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The engine refused a request. The message is the engine's own, in the form of Docker's client. */
export class EngineError extends PluginError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`Error response from daemon: ${message}`);
    this.name = "EngineError";
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof EngineError && error.status === 404;
}

/** The HTTP API of a Docker Engine. */
export class Engine {
  private version: Promise<string> | undefined;

  constructor(
    private readonly host: EngineHost,
    private readonly agent: Agent,
  ) {}

  /**
   * The newest version of the API that the engine speaks, such as "1.41".
   * @throws PluginError if the engine cannot be reached
   */
  async apiVersion(): Promise<string> {
    this.version ??= this.open("GET", "/_ping", {}).then(async (response) => {
      await text(response);
      return String(response.headers["api-version"] ?? "1.24");
    });
    return this.version;
  }

  async get<T>(path: string, query?: EngineRequest["query"]): Promise<T> {
    return (await json(await this.open("GET", path, { query }))) as T;
  }

  /** @returns undefined if the engine answers with nothing */
  async post<T = undefined>(path: string, options: EngineRequest = {}): Promise<T> {
    const answer = await text(await this.open("POST", path, options));
    return (answer === "" ? undefined : JSON.parse(answer)) as T;
  }

  async put(path: string, options: EngineRequest): Promise<void> {
    await text(await this.open("PUT", path, options));
  }

  async delete(path: string, query?: EngineRequest["query"]): Promise<void> {
    await text(await this.open("DELETE", path, { query }));
  }

  /**
   * Sends a request and leaves the answer to be read.
   * @throws EngineError if the engine refuses
   */
  async open(method: string, path: string, options: EngineRequest): Promise<IncomingMessage> {
    const response = await this.send(method, path, options);
    const status = response.statusCode ?? 0;
    // 304: the container is already in the wanted state.
    if (status < 400) return response;
    throw new EngineError(status, errorWords(await text(response)));
  }

  private send(
    method: string,
    path: string,
    { query = {}, body, headers }: EngineRequest,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = deferred<IncomingMessage>();
    const isStream = body !== undefined && "pipe" in body;
    const content = body === undefined || isStream ? undefined : JSON.stringify(body);
    const outgoing = request({
      agent: this.agent,
      socketPath: this.host.kind === "unix" ? this.host.socketPath : undefined,
      host: "docker",
      method,
      path: path + queryText(query),
      headers: {
        ...(content !== undefined && {
          "Content-Type": "application/json",
          "Content-Length": Buffer.byteLength(content),
        }),
        ...headers,
      },
    });
    outgoing.once("response", resolve);
    outgoing.once("error", (error: NodeJS.ErrnoException) => reject(this.connectionError(error)));
    if (isStream) pipeline(body, outgoing).catch(reject);
    else outgoing.end(content);
    return promise;
  }

  private connectionError(error: NodeJS.ErrnoException): Error {
    if (error instanceof PluginError) return error;
    if (this.host.kind === "ssh") {
      return new PluginError(
        `lost the connection to the Docker Engine on ${this.host.url}: ${error.message}`,
        "Expected: a connection that lasts. Remedy: check the network and sshd on the host, then run the command again.",
      );
    }
    return socketFailure(this.host.url, error);
  }
}

/** By Node's error codes: what is wrong, what was expected, the remedy. */
const SOCKET_FAILURES: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: [
    "there is no such socket",
    "Expected: the socket of a running engine. Remedy: start Docker, or set `host` of the provider.",
  ],
  ECONNREFUSED: [
    "nothing listens on the socket",
    "Expected: a running engine. Remedy: start Docker (`systemctl start docker`).",
  ],
  EACCES: [
    "this user may not use the socket",
    "Expected: a member of the group docker. Remedy: `sudo usermod -aG docker $USER`, then log in again.",
  ],
};

function socketFailure(url: string, error: NodeJS.ErrnoException): PluginError {
  const [reason, detail] = SOCKET_FAILURES[error.code ?? ""] ?? [error.message, ""];
  return new PluginError(`cannot reach the Docker Engine on ${url}: ${reason}`, detail);
}

function errorWords(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    if (typeof message === "string") return message.trim();
  } catch {
    // Not JSON: a proxy or another server answered.
  }
  return answer.trim();
}

function queryText(query: NonNullable<EngineRequest["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== "") parameters.append(name, String(one));
    }
  }
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
}
