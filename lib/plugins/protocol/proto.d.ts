/** The build turns a .proto file into its protobufjs descriptor. */
declare module "*.proto" {
  import type { INamespace } from "protobufjs";
  const descriptor: INamespace;
  export default descriptor;
}
