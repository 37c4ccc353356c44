/**
 * Wraps Terraform's own language, written out, as a value. cdktf hands the text on unchanged, so the conditions in
 * this folder read as they would in a .tf file.
 */
export function expression(hcl: string): string {
  return `\${${hcl}}`;
}
