import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";
import { SignJWT, jwtVerify } from "jose";
import type { Cache } from "./cache";
import { forbidden, unauthorized } from "./errors";

/** What a user may do: an admin manages users and rules, a technician works. */
export type Role = "admin" | "technician";

/** Who is asking. */
export interface Principal {
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  readonly sessionId: string;
  /** The token as it came, to ask another service on the user's behalf. */
  readonly token: string;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      principal?: Principal;
    }
  }
}

const ISSUER = "emaintenance";
const sessionKey = (sessionId: string): string => `session:${sessionId}`;

/** Signed tokens, each of them good only as long as its session is in Redis, so that a logout counts at once and everywhere. */
export class Sessions {
  private readonly secret: Uint8Array;

  constructor(
    jwtSecret: string,
    private readonly cache: Cache,
    private readonly ttlSeconds: number,
  ) {
    this.secret = new TextEncoder().encode(jwtSecret);
  }

  /** Opens a session and gives its token. */
  async open(user: { id: string; username: string; role: Role }): Promise<string> {
    const sessionId = randomUUID();
    await this.cache.set(
      sessionKey(sessionId),
      { userId: user.id, since: new Date().toISOString() },
      this.ttlSeconds,
    );
    return new SignJWT({ username: user.username, role: user.role })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(ISSUER)
      .setSubject(user.id)
      .setJti(sessionId)
      .setIssuedAt()
      .setExpirationTime(`${this.ttlSeconds}s`)
      .sign(this.secret);
  }

  /** Ends a session; its token is worth nothing from now on. */
  async close(sessionId: string): Promise<void> {
    await this.cache.delete(sessionKey(sessionId));
  }

  /** Lets a request pass with a valid `Authorization: Bearer` token only. */
  readonly authenticate: RequestHandler = async (req, _res, next) => {
    const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
    if (token === undefined) throw unauthorized();
    const payload = await jwtVerify(token, this.secret, { issuer: ISSUER, algorithms: ["HS256"] }).then(
      (verified) => verified.payload,
      () => {
        throw unauthorized("the token is not valid, log in again");
      },
    );
    const sessionId = String(payload.jti);
    if ((await this.cache.get(sessionKey(sessionId))) === undefined)
      throw unauthorized("the session has ended, log in again");
    req.principal = {
      userId: String(payload.sub),
      username: String(payload["username"]),
      role: payload["role"] === "admin" ? "admin" : "technician",
      sessionId,
      token,
    };
    next();
  };
}

/** Who asks, on a route behind `authenticate`. */
export function principalOf(req: Request): Principal {
  if (req.principal === undefined) throw unauthorized();
  return req.principal;
}

/** Lets admins pass only; comes after `authenticate`. */
export const adminOnly: RequestHandler = (req, _res, next) => {
  if (principalOf(req).role !== "admin") throw forbidden("only an admin may do this");
  next();
};
