import { Token } from "cdktf";

/**
 * Makes a literal text safe inside Terraform JSON, where `${` and `%{` start an expression. A text that holds a
 * token (a reference to a variable or an attribute) is left as it is: it is meant to be an expression.
 *
 * Source: Terraform documentation, "Strings and Templates", escape sequences `$${` and `%%{`.
 */
export function escapeTemplate(text: string): string {
  return Token.isUnresolved(text) ? text : text.replace(/\$\{/g, () => "$${").replace(/%\{/g, () => "%%{");
}
