/** Asked every time, never prerendered. */
export const dynamic = "force-dynamic";

/** Says that the web server answers. It asks no other service: the page itself shows when one of them is away. */
export function GET(): Response {
  return Response.json(
    { status: "ok", service: "web", uptimeSeconds: Math.round(process.uptime()) },
    { headers: { "Cache-Control": "no-store" } },
  );
}
