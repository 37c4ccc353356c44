import { type NginxConfigProps, renderNginxConfig } from "../../constructs/gateway/nginx-config";
import { Route, Upstream } from "../../constructs/gateway/route";
import { escapeTemplate } from "../../constructs/values/terraform-text";

const users = Upstream.of("user-service", 3001);
const assets = Upstream.of("asset-service", 3003);
const web = Upstream.of("web", 3000);
const routes = [Route.prefix("/api/users", users), Route.prefix("/api/assets", assets)];

function render(settings: Partial<NginxConfigProps> = {}): string {
  return renderNginxConfig({ routes, web, ...settings });
}

/** The lines that nginx obeys, without the comments. */
function directives(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

test("the default configuration, whole", () => {
  expect(render()).toMatchSnapshot();
});

test("the same props give the same text", () => {
  expect(render({ deniedPaths: ["/b", "/a"] })).toBe(render({ deniedPaths: ["/a", "/b", "/a/"] }));
});

test("nothing in it is an expression to Terraform", () => {
  const text = render({ deniedPaths: ["/api/auth/register"], trustedProxies: ["10.0.0.0/8"] });
  expect(escapeTemplate(text)).toBe(text);
});

describe("routes", () => {
  test("the longer of two prefixes comes first, whatever the order in which they were given", () => {
    const lines = directives(
      render({
        routes: [...routes, Route.prefix("/api/users/avatars", assets), Route.prefix("/files", assets)],
      }),
    );
    expect(lines.filter((line) => line.startsWith("~^/") && line.includes("-service:"))).toEqual([
      "~^/api/users/avatars(/|$) asset-service:3003;",
      "~^/api/assets(/|$) asset-service:3003;",
      "~^/api/users(/|$) user-service:3001;",
      "~^/files(/|$) asset-service:3003;",
    ]);
  });

  test("a dot in a prefix is a dot", () => {
    expect(render({ routes: [Route.prefix("/v1.2", users)] })).toContain("~^/v1\\.2(/|$) user-service:3001;");
  });

  test("without any, everything is the web application's", () => {
    expect(directives(render({ routes: [] }))).toContain("default web:3000;");
  });

  test("two with one prefix are refused, a slash at the end notwithstanding", () => {
    expect(() => render({ routes: [...routes, Route.prefix("/api/users/", assets)] })).toThrow(
      new Error(
        'two routes share the prefix "/api/users", to user-service:3001 and to asset-service:3003: remove one of them',
      ),
    );
  });
});

describe("settings", () => {
  test.each<[Partial<NginxConfigProps>, string]>([
    [{ clientMaxBodyMiB: 100 }, "client_max_body_size 100m;"],
    [{ connectTimeoutSeconds: 3 }, "proxy_connect_timeout 3s;"],
    [{ readTimeoutSeconds: 120 }, "proxy_read_timeout 120s;"],
    [{ keepaliveRequests: 7 }, "keepalive_requests 7;"],
    [{ keepaliveTimeoutSeconds: 30 }, "keepalive_timeout 30s;"],
    [{ keepaliveMinTimeoutSeconds: 5 }, "keepalive_min_timeout 5s;"],
    [{ resolverValidSeconds: 1 }, "resolver 127.0.0.11 ipv6=off valid=1s;"],
    [{ workerProcesses: "auto" }, "worker_processes auto;"],
    [{ workerProcesses: 4 }, "worker_processes 4;"],
    [{ workerConnections: 512 }, "worker_connections 512;"],
    [{ workerConnections: 512 }, "worker_rlimit_nofile 768;"],
    [{ workerShutdownTimeoutSeconds: 10 }, "worker_shutdown_timeout 10s;"],
    [{ gzip: false }, "gzip off;"],
    [{ listenPort: 8080 }, "listen 8080 default_server;"],
    [{ user: "www-data" }, "user www-data;"],
    [{ accessLogPath: "/dev/stdout" }, "access_log /dev/stdout json;"],
    [{ errorLogPath: "/dev/stderr" }, "error_log /dev/stderr warn;"],
    [{ deniedPaths: ["/api/auth/register/"] }, "~*^/api/auth/register(/|$) 1;"],
    [{ trustedProxies: ["10.0.0.0/8", "2001:db8::/32"] }, "set_real_ip_from 2001:db8::/32;"],
    [{ trustedProxies: ["10.0.0.0/8", "2001:db8::/32"] }, "2001:db8::/32 1;"],
  ])("%j gives %s, where the default has something else", (settings, line) => {
    expect(directives(render(settings))).toContain(line);
    expect(directives(render())).not.toContain(line);
  });

  test.each<[Partial<NginxConfigProps>, string]>([
    [{ clientMaxBodyMiB: 0 }, "clientMaxBodyMiB is 0: expected a whole number of MiB from 1 to 2048"],
    [{ clientMaxBodyMiB: 5000 }, "clientMaxBodyMiB is 5000: expected a whole number of MiB from 1 to 2048"],
    [{ clientMaxBodyMiB: 1.5 }, "clientMaxBodyMiB is 1.5: expected a whole number of MiB from 1 to 2048"],
    [{ clientMaxBodyMiB: NaN }, "clientMaxBodyMiB is NaN: expected a whole number of MiB from 1 to 2048"],
    [
      { connectTimeoutSeconds: 61 },
      "connectTimeoutSeconds is 61: expected a whole number of seconds from 1 to 60",
    ],
    [{ readTimeoutSeconds: 0 }, "readTimeoutSeconds is 0: expected a whole number of seconds from 1 to 3600"],
    [
      { keepaliveRequests: 0 },
      "keepaliveRequests is 0: expected a whole number of requests from 1 to 1000000000",
    ],
    [
      { keepaliveTimeoutSeconds: -1 },
      "keepaliveTimeoutSeconds is -1: expected a whole number of seconds from 0 to 3600",
    ],
    [
      { keepaliveMinTimeoutSeconds: -1 },
      "keepaliveMinTimeoutSeconds is -1: expected a whole number of seconds from 0 to 3600",
    ],
    [
      { resolverValidSeconds: 0 },
      "resolverValidSeconds is 0: expected a whole number of seconds from 1 to 300",
    ],
    [{ workerProcesses: 65 }, "workerProcesses is 65: expected a whole number of processes from 1 to 64"],
    [
      { workerConnections: 10 },
      "workerConnections is 10: expected a whole number of connections from 64 to 65536",
    ],
    [
      { workerShutdownTimeoutSeconds: 0 },
      "workerShutdownTimeoutSeconds is 0: expected a whole number of seconds from 1 to 3600",
    ],
    [{ listenPort: 0 }, "listenPort is 0: expected a whole number from 1 to 65535"],
    [{ listenPort: 70_000 }, "listenPort is 70000: expected a whole number from 1 to 65535"],
    [{ user: "root;" }, 'user is "root;": expected a user of the nginx image, such as "nginx" or "www-data"'],
    [
      { accessLogPath: "access.log" },
      'accessLogPath is "access.log": expected an absolute path of letters, digits, "-", ".", "_" and "/", such as ' +
        '"/var/log/nginx/access.log"',
    ],
    [
      { errorLogPath: "/var/log/x;y" },
      'errorLogPath is "/var/log/x;y": expected an absolute path of letters, digits, "-", ".", "_" and "/", such as ' +
        '"/var/log/nginx/access.log"',
    ],
    [
      { trustedProxies: ["10.0.0.1"] },
      'trusted proxy "10.0.0.1" is no address range: expected CIDR notation such as "10.0.0.0/8" or "2001:db8::/32", ' +
        'and "/32" or "/128" for one address',
    ],
    [
      { trustedProxies: ["10.0.0.0/33"] },
      'trusted proxy "10.0.0.0/33" is no address range: expected CIDR notation such as "10.0.0.0/8" or ' +
        '"2001:db8::/32", and "/32" or "/128" for one address',
    ],
    [
      { trustedProxies: ["fe80::1%eth0/64"] },
      'trusted proxy "fe80::1%eth0/64" is no address range: expected CIDR notation such as "10.0.0.0/8" or ' +
        '"2001:db8::/32", and "/32" or "/128" for one address',
    ],
    [
      { trustedProxies: ["0.0.0.0/0"] },
      'trusted proxy "0.0.0.0/0" is the whole internet, and any client could then choose its own address: name the ' +
        "proxy's range",
    ],
    [
      { deniedPaths: ["register"] },
      'denied path "register" does not start with "/": write it as "/register"',
    ],
    [
      { deniedPaths: ["/api/*"] },
      'denied path "/api/*" holds "*": expected letters, digits, "-", ".", "_" and "~" between slashes; take it out',
    ],
    [
      { deniedPaths: ["/api/../x"] },
      'denied path "/api/../x" has the segment "..", which no request keeps: write the path as it is after "//", "." ' +
        'and ".." are resolved',
    ],
    [
      { deniedPaths: ["/"] },
      'denied path "/" closes the whole system: deny the paths that are meant, such as "/api/auth/register"',
    ],
    [
      { deniedPaths: ["/health"] },
      'denied path "/health" is taken by the gateway itself, for its health check: choose another path',
    ],
  ])("%j is refused", (settings, message) => {
    expect(() => render(settings)).toThrow(new Error(message));
  });
});

test("nothing is closed and no path called ambiguous if no path is denied", () => {
  expect(render()).not.toMatch(/\$closed|\$ambiguous/);
  expect(render({ deniedPaths: ["/x"] })).toMatch(/\$closed[^]*\$ambiguous/);
});

test("no location adds a header: it would disable those that all answers have", () => {
  const server = render().split("    server {")[1] ?? "";
  expect(server).toContain("location");
  expect(server).not.toContain("add_header");
});
