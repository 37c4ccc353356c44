import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "../../../support/temporary-folder";

/**
 * What the engine answers to a request such as "POST /containers/create"; `:id` matches anything between slashes. An
 * answer may depend on the requests so far.
 */
export type Answers = Readonly<Record<string, Answer | ((soFar: readonly string[]) => Answer)>>;

export interface Answer {
  /** @default 200 */
  readonly status?: number;
  /** Sent as JSON. @default nothing */
  readonly body?: unknown;
}

export interface Request {
  /** Method and path. */
  readonly line: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An HTTP server on a socket in the place of a Docker Engine, for the plugin's part of what can go wrong. */
export class FakeEngine {
  /** All requests so far. */
  readonly requests: Request[] = [];
  readonly socket = join(temporaryFolder(), "engine.sock");
  private readonly server: Server;

  private constructor(
    private readonly answers: Answers,
    private readonly apiVersion: string,
  ) {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://docker");
        const line = `${request.method} ${pathname}`;
        this.requests.push({ line, query: searchParams, headers: request.headers, body });
        const { status = 200, body: answer } = this.answerTo(line);
        response.writeHead(status, { "api-version": this.apiVersion });
        response.end(answer === undefined ? "" : JSON.stringify(answer));
      });
    });
  }

  /** @param apiVersion such as "1.45" @default Docker Engine 26 */
  static async start(answers: Answers, apiVersion = "1.45"): Promise<FakeEngine> {
    const engine = new FakeEngine(answers, apiVersion);
    await new Promise<void>((resolve) => engine.server.listen(engine.socket, resolve));
    return engine;
  }

  /** Method and path of each request. */
  get lines(): string[] {
    return this.requests.map(({ line }) => line);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answerTo(line: string): Answer {
    const found = Object.entries(this.answers).find(([pattern]) =>
      new RegExp(`^${pattern.replace(/:id/g, "[^/]+")}$`).test(line),
    );
    if (found) return typeof found[1] === "function" ? found[1](this.lines) : found[1];
    return line === "GET /_ping" ? {} : { status: 404, body: { message: `no answer to ${line}` } };
  }
}
