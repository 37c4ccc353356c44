// Sample data for development, through the API like any user: EMAINTENANCE_URL says where. `npm run dev` of the deployment
// project runs it once for new data; a second run adds nothing.
const url = process.env.EMAINTENANCE_URL ?? "http://localhost:3030";
const login = { username: "dev", password: "development" };

async function call(method, path, body, token) {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

const made = await call("POST", "/api/auth/register", { ...login, name: "Developer" });
if (made.status === 409) {
  console.log("the sample data are there already");
} else {
  const { token } = (await call("POST", "/api/auth/login", login)).body;
  const asset = (
    await call("POST", "/api/assets", { code: "P-1", name: "Pump 1", location: "Hall A" }, token)
  ).body;
  const id = (asset.asset ?? asset).id;
  for (const title of ["Check the seals", "Replace the filter"]) {
    await call("POST", "/api/work-orders", { title, description: "Sample", assetId: id }, token);
  }
  console.log(`sample data are there: log in as ${login.username} with ${login.password}`);
}
