import type { VerifyCheck } from "./verify-check";

/** A service that answers on a health path. */
interface HealthPath {
  readonly service: string;
  readonly path: string;
}

const BEARER = { authorization: "Bearer {{token}}" };

/** Milliseconds within which the whole answer of one request must be there, on a small VM right after a release. */
const PAGE_MS = 2000;
const API_MS = 1000;

/**
 * What the deployment document wants to be seen after a deploy (10.1), for the API of its chapter 6: every service is well,
 * the page comes up, one can log in, make and assign a work order and upload a file, and none of it takes long.
 */
export function defaultChecks(services: readonly HealthPath[]): VerifyCheck[] {
  return [
    ...services.map(({ service, path }): VerifyCheck => ({
      name: `health of ${service}`,
      at: service,
      steps: [{ request: `GET ${path}`, retrySeconds: 10 }],
    })),
    {
      name: "gateway",
      steps: [{ request: "GET /health", retrySeconds: 10, expect: { json: { status: "ok" } } }],
    },
    {
      name: "web page",
      steps: [{ request: "GET /", retrySeconds: 10, expect: { headers: { "content-type": "text/html" } } }],
    },
    {
      name: "strangers are refused",
      steps: [{ request: "GET /api/work-orders", expect: { status: [401, 403] } }],
    },
    {
      name: "login",
      steps: [
        {
          request: "POST /api/auth/login",
          json: { username: "{{username}}", password: "{{password}}" },
          capture: { token: "token", userId: "user.id" },
        },
        { request: "GET /api/auth/me", headers: BEARER, expect: { json: { "user.id": "{{userId}}" } } },
      ],
      cleanUp: [{ request: "POST /api/auth/logout", headers: BEARER, expect: { status: [200, 204] } }],
    },
    {
      name: "work order",
      steps: [
        {
          request: "POST /api/work-orders",
          headers: BEARER,
          json: { title: "Deployment check {{run}}", description: "Made by the check after a deploy." },
          expect: { status: 201 },
          capture: { workOrderId: "workOrder.id" },
        },
        {
          request: "POST /api/work-orders/{{workOrderId}}/assign",
          headers: BEARER,
          json: { assigneeId: "{{userId}}" },
          expect: { json: { "workOrder.assigneeId": "{{userId}}" } },
        },
        {
          request: "GET /api/work-orders/{{workOrderId}}",
          headers: BEARER,
          expect: { json: { "workOrder.status": "assigned" } },
        },
      ],
      cleanUp: [
        {
          request: "POST /api/work-orders/{{workOrderId}}/status",
          headers: BEARER,
          json: { status: "cancelled" },
        },
      ],
    },
    {
      name: "upload",
      steps: [
        {
          request: "POST /api/work-orders/{{workOrderId}}/attachments",
          headers: BEARER,
          form: { files: { fileName: "{{run}}.bin", bytes: 65_536 } },
          expect: { status: 201, json: { "attachments.0.fileName": "{{run}}.bin" } },
        },
        {
          request: "GET /api/work-orders/{{workOrderId}}/attachments",
          headers: BEARER,
          expect: { contains: "{{run}}.bin" },
        },
      ],
    },
    {
      name: "response time of the page",
      steps: [{ request: "GET /", repeat: 10, retrySeconds: 10, expect: { withinMilliseconds: PAGE_MS } }],
    },
    {
      name: "response time of the API",
      steps: [
        {
          request: "GET /api/work-orders",
          headers: BEARER,
          repeat: 10,
          retrySeconds: 10,
          expect: { withinMilliseconds: API_MS },
        },
      ],
    },
  ];
}
