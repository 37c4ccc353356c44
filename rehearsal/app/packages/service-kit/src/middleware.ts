import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { ServiceLogger } from "./logger";
import { currentRequestId, withRequestId } from "./request-context";

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Takes the gateway's X-Request-ID, or makes one, and sends it back. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.get("x-request-id");
  const id = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  res.setHeader("X-Request-ID", id);
  withRequestId(id, next);
};

/** One log line per request when it is over; health probes only at level debug. */
export function accessLog(log: ServiceLogger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    const id = currentRequestId();
    // Express shortens req.path while a router works.
    const path = req.path;
    res.on("close", () => {
      log.log(path === "/health" ? "debug" : "info", `${req.method} ${path}`, {
        requestId: id,
        method: req.method,
        path,
        status: res.statusCode,
        milliseconds: Math.round((performance.now() - start) * 10) / 10,
        client: req.ip,
        ...(req.principal && { user: req.principal.username }),
        ...(!res.writableFinished && { aborted: true }),
      });
    });
    next();
  };
}

/**
 * Cross-origin access for the origins of a comma-separated list.
 *
 * @param origins `*` allows all, an empty text allows none; requests from the page's own origin need neither
 */
export function cors(origins: string): RequestHandler {
  const allowed = new Set(origins.split(",").map((origin) => origin.trim().replace(/\/$/, "")));
  return (req, res, next) => {
    const origin = req.get("origin");
    res.vary("Origin");
    if (origin === undefined || !(allowed.has("*") || allowed.has(origin))) return next();
    res.setHeader("Access-Control-Allow-Origin", origin);
    res.setHeader("Access-Control-Expose-Headers", "X-Request-ID, Content-Disposition");
    if (req.method !== "OPTIONS") return next();
    res.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    res.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-ID");
    res.setHeader("Access-Control-Max-Age", "600");
    res.status(204).end();
  };
}

/** Answers of the API are never kept by a cache and never guessed at by a browser. */
export const apiHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("X-Content-Type-Options", "nosniff");
  next();
};
