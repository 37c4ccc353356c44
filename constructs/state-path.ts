/**
 * Terraform's state of a stack, relative to the folder in which Terraform runs (`cdktf.out/stacks/<stack>`): it lies
 * next to cdktf.json. cdktf's own default would write an absolute path into the synthesised JSON.
 */
export function statePath(stack: string): string {
  return `../../../${stateFile(stack)}`;
}

/** Name of the state file, next to cdktf.json. */
export function stateFile(stack: string): string {
  return `terraform.${stack}.tfstate`;
}
