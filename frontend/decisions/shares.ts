/** An exact share ("5/21", "1", "0") as a rounded percentage for the eye; the exact one stands beside it. */
export function percentOf(share: string, language: string): string {
  const [num = "0", den = "1"] = share.split("/");
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  return format.format(Number(num) / Number(den));
}
