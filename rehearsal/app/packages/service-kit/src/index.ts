export { attachmentRoutes, type AttachmentOwner } from "./attachments";
export { adminOnly, principalOf, type Principal, type Role } from "./auth";
export { connectionSettings, sqlState, SQLSTATE, type Queryable } from "./database";
export * from "./errors";
export { createLogger, describeError } from "./logger";
export { getFromPeer } from "./peers";
export { found, idOf, pageQuery } from "./requests";
export { startService, type Toolbox } from "./service";
