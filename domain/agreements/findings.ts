/** One finding of a check. `at` names a fact (`benefits`, `benefits/0/share`) or a clause (`#apports`). */
export interface Finding {
  readonly id: string;
  readonly level: "error" | "warning" | "hint";
  readonly message: { readonly fr: string; readonly en: string };
  readonly at: string;
}
