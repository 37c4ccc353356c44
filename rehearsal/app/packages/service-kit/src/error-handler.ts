import type { ErrorRequestHandler } from "express";
import multer from "multer";
import { ZodError } from "zod";
import { SQLSTATE, sqlState } from "./database";
import { AppError, badRequest, conflict, unprocessable } from "./errors";
import { describeError, type ServiceLogger } from "./logger";
import { currentRequestId } from "./request-context";

/** Turns every error into `{error: {code, message, requestId}}`; what is not meant for clients is logged and hidden. */
export function errorHandler(log: ServiceLogger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const seen = toAppError(error);
    if (seen.status >= 500) {
      log.error(`${req.method} ${req.baseUrl}${req.path} failed: ${seen.message}`, {
        error: describeError(seen.cause ?? error),
      });
    }
    if (res.headersSent) return next(error);
    if (seen.status === 503) res.setHeader("Retry-After", "1");
    res
      .status(seen.status)
      .json({ error: { code: seen.code, message: seen.message, requestId: currentRequestId() } });
  };
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) {
    return badRequest(
      error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
    );
  }
  if (error instanceof multer.MulterError) return fromMulter(error);
  switch (sqlState(error)) {
    case SQLSTATE.uniqueViolation:
      return conflict("it exists already");
    case SQLSTATE.foreignKeyViolation:
      return unprocessable("it refers to something that does not exist");
  }
  return (
    fromHttp(error) ??
    new AppError(500, "INTERNAL", "something went wrong here; the log has the request id", { cause: error })
  );
}

function fromMulter(error: multer.MulterError): AppError {
  switch (error.code) {
    case "LIMIT_FILE_SIZE":
      return new AppError(413, "FILE_TOO_LARGE", "a file is larger than the limit");
    case "LIMIT_FILE_COUNT":
    case "LIMIT_UNEXPECTED_FILE":
      return badRequest("too many files, or files in another field than `files`");
    default:
      return badRequest(error.message.toLowerCase());
  }
}

/** Errors of Express and its parsers carry the status that they mean. */
function fromHttp(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, expose, type } = error as { status?: number; expose?: boolean; type?: string };
  if (status === undefined || status >= 500) return undefined;
  const code = { 404: "NOT_FOUND", 413: "BODY_TOO_LARGE" }[status] ?? "BAD_REQUEST";
  const message =
    type === "entity.parse.failed"
      ? "the body is not valid JSON"
      : expose === true
        ? error.message
        : "the request cannot be understood";
  return new AppError(status, code, message);
}
