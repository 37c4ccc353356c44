/** Address of the gateway, baked in at build; empty means the page's own origin. */
const BASE = (process.env.NEXT_PUBLIC_API_URL ?? "").replace(/\/$/, "");
const TOKEN_KEY = "emaintenance-token";

/** An answer of the API that is not what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

/** The session's token; it lives as long as the browser's tab. */
export const session = {
  token: (): string | null => sessionStorage.getItem(TOKEN_KEY),
  begin: (token: string): void => sessionStorage.setItem(TOKEN_KEY, token),
  end: (): void => sessionStorage.removeItem(TOKEN_KEY),
};

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  const token = session.token();
  const isForm = body instanceof FormData;
  const answer = await fetch(BASE + path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && !isForm && { "content-type": "application/json" }),
    },
    body: isForm ? body : JSON.stringify(body),
  }).catch(() => {
    throw new ApiError(0, "The server cannot be reached.");
  });
  if (answer.ok) return answer;
  const { error } = (await answer.json().catch(() => ({}))) as {
    error?: { message: string; requestId: string };
  };
  throw new ApiError(
    answer.status,
    error?.message ?? `The server answered ${answer.status}.`,
    error?.requestId,
  );
}

/** Asks the API and gives the answer's JSON. @throws ApiError */
export async function get<T>(path: string): Promise<T> {
  return (await (await request("GET", path)).json()) as T;
}

/** Sends JSON, or a form with files, to the API. @throws ApiError */
export async function post<T>(path: string, body?: unknown): Promise<T> {
  const answer = await request("POST", path, body);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Fetches a file of the API and hands it to the browser as a download. @throws ApiError */
export async function download(path: string, fileName: string): Promise<void> {
  const url = URL.createObjectURL(await (await request("GET", path)).blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
