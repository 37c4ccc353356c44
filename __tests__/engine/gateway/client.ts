import { type Agent, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** @default this machine */
  readonly host?: string;
  /** @default a connection of its own */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** What the echo server says about a request that reached it. */
export interface Echo {
  readonly service: string;
  readonly address: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly received: number;
  readonly sha256: string;
}

/** Seconds after which a test rather fails than waits on. */
const PATIENCE_SECONDS = 60;

/** One request with the path exactly as given: unlike fetch, nothing is resolved or encoded. */
export async function ask(port: number, path: string, how: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: how.host ?? "127.0.0.1",
        port,
        path,
        method: how.method ?? "GET",
        headers: { ...framing(how), ...how.headers },
        agent: how.agent ?? false,
        timeout: PATIENCE_SECONDS * 1000,
      },
      (response) => {
        buffer(response).then(
          (bytes) =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              text: bytes.toString("utf8"),
            }),
          reject,
        );
      },
    );
    request.once("timeout", () => request.destroy(new Error(`no answer in ${PATIENCE_SECONDS} s`)));
    request.once("error", reject);
    request.end(how.body);
  });
}

/** Node sends no length with a DELETE by itself. */
function framing({ body, headers }: Ask): Record<string, string> {
  return body === undefined || headers?.["transfer-encoding"]
    ? {}
    : { "content-length": `${Buffer.byteLength(body)}` };
}

/** One request, as the service that got it saw it. */
export async function echoOf(port: number, path: string, how: Ask = {}): Promise<Echo> {
  const answer = await ask(port, path, how);
  if (answer.status !== 200) {
    throw new Error(`${how.method ?? "GET"} ${path} answered ${answer.status}: ${answer.text}`);
  }
  return JSON.parse(answer.text) as Echo;
}

/** Makes the echo server answer in a given way. */
export function answering(path: string, answer: object): string {
  return `${path}?answer=${encodeURIComponent(JSON.stringify(answer))}`;
}

/** Asks for an upgrade of the protocol: the socket if it is granted, else the plain answer's status. */
export async function upgrade(port: number, path: string, protocol: string): Promise<Socket | number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: protocol,
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.from("a key for testing").toString("base64"),
      },
    });
    request.once("upgrade", (_response, socket) => resolve(socket));
    request.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once("error", reject);
    request.end();
  });
}
