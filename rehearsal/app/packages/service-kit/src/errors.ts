/** An error that a client may see: an HTTP status, a code for programs and a sentence for people. */
export class AppError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** 400: the request itself is malformed or a field has a wrong value. */
export const badRequest = (message: string): AppError => new AppError(400, "VALIDATION_FAILED", message);

/** 401: nobody is logged in. */
export const unauthorized = (message = "log in first"): AppError =>
  new AppError(401, "UNAUTHORIZED", message);

/** 403: the user is logged in, but may not do this. */
export const forbidden = (message: string): AppError => new AppError(403, "FORBIDDEN", message);

/** 404: no such thing. */
export const notFound = (what: string): AppError => new AppError(404, "NOT_FOUND", `${what} does not exist`);

/** 409: the request contradicts what is stored. */
export const conflict = (message: string): AppError => new AppError(409, "CONFLICT", message);

/** 422: well formed, but refers to something that does not exist or cannot be used. */
export const unprocessable = (message: string): AppError => new AppError(422, "UNPROCESSABLE", message);

/** 429: too many attempts. */
export const tooMany = (message: string): AppError => new AppError(429, "TOO_MANY_ATTEMPTS", message);

/** 503: something that the service needs does not answer; the client may try again. */
export const unavailable = (what: "database" | "cache" | "dependency", cause: unknown): AppError =>
  new AppError(503, `${what.toUpperCase()}_UNAVAILABLE`, `the ${what} does not answer, try again shortly`, {
    cause,
  });
