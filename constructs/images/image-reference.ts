import { Token } from "cdktf";
import { imageReferenceInvalid } from "../errors";

/** Source: the grammar of references of the distribution project: registry and repository, tag, digest. */
const REGISTRY = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?";
const NAME = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const TAG = "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?";
const DIGEST = "(?:@sha256:[0-9a-f]{64})?";
const REFERENCE = new RegExp(`^${REGISTRY}${NAME}(?:/${NAME})*${TAG}${DIGEST}$`);

/**
 * An image reference as it was given; one with a Terraform value in it is checked by Terraform.
 *
 * @throws ConfigurationError if Docker would not take it
 */
export function imageReference(service: string, reference: string): string {
  if (Token.isUnresolved(reference) || REFERENCE.test(reference)) return reference;
  throw imageReferenceInvalid(service, reference);
}
