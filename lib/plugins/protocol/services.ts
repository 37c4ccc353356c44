import {
  loadPackageDefinition,
  type Server,
  type ServiceDefinition,
  type UntypedHandleCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type { GrpcObject, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { fromJSON, type Options } from "@grpc/proto-loader";
import type { INamespace } from "protobufjs";
import { errorDiagnostic } from "./errors";
import goPlugin from "./go-plugin.proto";
import health from "./health.proto";
import { log } from "./log";
import type { Call, ProviderService } from "./provider-service";
import terraform5 from "./terraform5.proto";

const PROTO_OPTIONS: Options = { keepCase: true, longs: Number, enums: Number, defaults: true };
const SERVING = { status: 1 };

/** Counts the calls that are being answered. */
export class CallCount {
  private running = 0;
  private waiting: (() => void)[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      if (this.running === 0) for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  async whenIdle(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** Gives the server the provider and the side services that Terraform's plugin client expects. */
export function addServices(
  server: Server,
  provider: ProviderService,
  calls: CallCount,
  shutDown: () => void,
): void {
  server.addService(service(terraform5, "tfplugin5.Provider"), answers(provider, calls));
  server.addService(service(goPlugin, "plugin.GRPCController"), {
    Shutdown: (_call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
      answer(null, {});
      shutDown();
    },
  });
  // Nothing is ever sent here: the plugin logs to its own stderr. The stream must stay open all the same.
  server.addService(service(goPlugin, "plugin.GRPCStdio"), { StreamStdio: () => undefined });
  server.addService(service(goPlugin, "plugin.GRPCBroker"), {
    StartStream: (stream: ServerDuplexStream<object, object>) => {
      stream.on("data", () => undefined);
      stream.on("error", () => undefined);
      stream.on("end", () => stream.end());
    },
  });
  server.addService(service(health, "grpc.health.v1.Health"), {
    Check: (_call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => answer(null, SERVING),
    Watch: (stream: ServerWritableStream<object, object>) => void stream.write(SERVING),
  });
}

/** Every failure becomes a diagnostic: Terraform shows those, and takes a broken call for a crash. */
function answers(provider: ProviderService, calls: CallCount): Record<string, UntypedHandleCall> {
  return Object.fromEntries(
    Object.entries(provider.calls).map(([name, method]) => [name, answerer(name, method)]),
  );

  function answerer(name: string, method: Call) {
    return async (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
      const response = await calls.during(async () => {
        try {
          return await method(call.request as never);
        } catch (error) {
          log("error", `${name} failed`);
          return { diagnostics: [errorDiagnostic(error)] };
        }
      });
      answer(null, response);
    };
  }
}

function service(descriptor: INamespace, name: string): ServiceDefinition {
  let found: GrpcObject | GrpcObject[string] = loadPackageDefinition(fromJSON(descriptor, PROTO_OPTIONS));
  for (const part of name.split(".")) found = (found as GrpcObject)[part] ?? {};
  return (found as { service: ServiceDefinition }).service;
}
