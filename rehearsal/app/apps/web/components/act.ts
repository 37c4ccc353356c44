/** Does something that changes data and refreshes the page; a failure is shown on the page, and gives false. */
export type Act = (work: () => Promise<unknown>) => Promise<boolean>;

/** The trimmed text of a form's field. */
export function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
