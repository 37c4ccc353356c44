import { AppError, unavailable } from "./errors";
import { currentRequestId } from "./request-context";

const TIMEOUT_MS = 4000;
const ATTEMPTS = 2;

/**
 * Asks another service for JSON, on behalf of the user that asks us. A second attempt covers a connection that was just
 * closed because the other side is being replaced.
 *
 * @returns the answer, or undefined where the other service says 404
 * @throws 503 when it does not answer in time
 */
export async function getFromPeer<T>(baseUrl: string, path: string, token: string): Promise<T | undefined> {
  const requestId = currentRequestId();
  const headers = {
    authorization: `Bearer ${token}`,
    ...(requestId !== undefined && { "x-request-id": requestId }),
  };
  let failure: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const answer = await fetch(new URL(path, baseUrl), {
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.ok) return (await answer.json()) as T;
      await answer.body?.cancel();
      if (answer.status === 404) return undefined;
      if (answer.status < 500)
        throw new AppError(answer.status, "DEPENDENCY_REFUSED", "another service refused the request");
      failure = new Error(`${path} answered ${answer.status}`);
    } catch (error) {
      if (error instanceof AppError) throw error;
      failure = error;
    }
  }
  throw unavailable("dependency", failure);
}
