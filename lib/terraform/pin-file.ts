/**
 * What this deployment's folder stays with after a release or a return: Terraform and cdktf read it by themselves, so that a
 * plain `npx cdktf diff prod` means the release that is in use.
 */
export const PIN_FILE = "release.auto.tfvars.json";
