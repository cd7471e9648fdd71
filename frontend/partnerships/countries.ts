/** ISO 3166-1 alpha-2 codes offered for a partner’s country; the first one stays on top. */
const codes = (
  "FR BE CH LU DE IT ES PT NL IE GB AT DK SE NO FI IS PL CZ SK HU SI HR RO BG GR CY MT EE LV LT UA " +
  "CA US MX BR AR CL CO MA TN DZ SN CI CM BJ TG ML BF MG ZA KE NG GH EG LB IL TR IN JP KR CN VN AU NZ"
).split(" ");

/** Countries by name in the reader’s language. */
export function countries(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([language], { type: "region" });
  const named = codes.map((code) => ({ value: code, label: names.of(code) ?? code }));
  const [home, ...others] = named;
  const sorted = others.sort((a, b) => a.label.localeCompare(b.label, language));
  return home === undefined ? sorted : [home, ...sorted];
}
