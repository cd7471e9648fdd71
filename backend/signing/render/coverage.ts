/*
 * What the print fonts (Libertinus Serif, New Computer Modern, DejaVu Sans Mono, as compiled into Typst 0.14.2)
 * can show, as inclusive hexadecimal ranges. Measured by exporting every assigned character as PDF/A-3a and
 * keeping those without a complaint. Left out on purpose: controls, private use, line separators, invisible letters
 * and the bidirectional overrides, which could make the print read differently from the record.
 */
const IN_EVERY_STYLE = [
  "20-7e a0-34e 350-377 37a-37f 384-38a 38c 38e-3a1 3a3-477 47a-486 488-4c9 4cb-4f9 4fc-4ff",
  "510-513 51a-51d 531-556 559-55f 561-587 589-58a 591-5c7 5d0-5ea 5ef-5f4 e3f e81-e82 e84",
  "e87-e88 e8a e8d e94-e97 e99-e9f ea1-ea3 ea5 ea7 eaa-eab ead-eb9 ebb-ebc ec8-ecd",
  "10d0-10fc 13a0-13f5 13f8-13fb 17c1-17c3 1d02 1d08-1d09 1d14 1d16-1d17 1d1d-1d1f",
  "1d2c-1d2e 1d30-1d3c 1d3e-1d5b 1d62-1d65 1d77-1d78 1d7b 1d80-1dbf 1e00-1e9b 1e9e-1ef9",
  "1f00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4",
  "1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2000-200d 2010-2027",
  "202f-2037 2039-2040 2042 2044-204b 204f 2052 2054 205f-2060 2070-2071 2074-208e",
  "2090-209c 20a0-20b5 20b8-20ba 20bd 20bf 2100-2103 2105-2106 2109 210c-210f 2111 2113",
  "2115-2117 2119-211a 211c-211e 2120 2122 2124 2126-2127 212a-212b 212e 2135-2139 2148",
  "2150-2151 2153-2184 2189 2190-2220 2222-222d 2234-223d 2241-226b 226d-228b 228d-22a5",
  "22ac 22b2-22b5 22b8 22c2-22c6 22cd-22d1 22da-22ed 22ef 2300-2306 2308-2315 2318-2319",
  "231c-2321 2325-232b 2335-237a 237d 2380-2383 2388-238b 2395 239b-23ae 23ce-23cf 23d3",
  "2422-2423 2500-2600 2605 2619 261b 261e 2627 262d 262f 2638-2653 2660-2667 2669-266f",
  "2695 2698 26a2-26a4 26ad-26ae 271d 2767 27c2 27c5-27c6 27dc 27e0 27e6-27eb 27f5-27f7",
  "2987-2988 2997-2998 29eb 29fa-29fb 2a00 2a2f 2a6a-2a6b 2b05-2b0d 2b12-2b1a 2c60-2c70",
  "2c74-2c77 2c79-2c7a 2c7c-2cf3 2cf9-2cff 2e18 2e1f 2e22-2e25 2e2e 3000 301a-301b",
  "302e-302f a46a-a46b a640 a648 a656 a708-a716 a71b-a727 a789-a78e a790-a791 a7aa",
  "a7f8-a7f9 ab70-abbf fb00-fb06 fb1d-fb36 fb38-fb3c fb3e fb40-fb41 fb43-fb44 fb46-fb4f",
  "fe00-fe0f fe66 feff fff9-fffd 10140-1018e 102e0-102fb 1d106-1d107 1d55a",
].join(" ");

const UPRIGHT_ONLY = [
  "4ca 58f 606-607 609-60c 615 61b 61f 621-63a 640-655 65a 660-66d 674 679-67b 67e-680",
  "683-684 686-687 691 698 6a4 6a9 6af 6be 6cc 6f0-6f9 13fc-13fd 1ab0-1ab5 1d00 1d07",
  "1d0a-1d0b 1d0d 1d15 1d18-1d19 1d1c 1d5c-1d61 1d66-1d67 1dc4-1dc5 1dc8-1dc9 1e9c-1e9d",
  "1efa-1eff 20b6-20b7 20bb-20bc 20be 20c0 2132 214f 2221 222e 22a6 22b6-22b7 22ee 2322",
  "2460-2487 24b6-24ff 2601-2604 2606-2618 261a 261c-261d 261f-2626 2628-262c 262e",
  "2654-265f 2668 2670-268b 2690-2694 2696-2697 2699-269c 26a0-26a1 26a5-26a7 26ac",
  "26af-26b2 2701-2704 2706-2709 270c-271c 271e-2727 2729-274b 274d 274f-2752 2756",
  "2758-275e 2761-2766 2768-277f 2794 2798-27af 27b1-27be 2800-28ff 2c71 2e02-2e05",
  "2e08-2e0a 2e17 a641 a649 a657 a72d a730 a735 a765 a793 ab52 ab66 fb52-fb81 fb8a-fb95",
  "fb9e-fb9f fbaa-fbad fbe8-fbe9 fbfc-fbff fe70-fe74 fe76-fefc 1d670-1d6a3 1d703",
  "1d7f6-1d7ff 1f12f",
].join(" ");

interface Range {
  readonly first: number;
  readonly last: number;
}

const inEveryStyle = parseRanges(IN_EVERY_STYLE);
const uprightOnly = parseRanges(UPRIGHT_ONLY);

/** How the print fonts can show a code point. */
export type Coverage = "every-style" | "upright" | "none";

/** Tells how the print fonts can show the code point; O(log n). */
export function coverageOf(codePoint: number): Coverage {
  if (isWithin(inEveryStyle, codePoint)) return "every-style";
  return isWithin(uprightOnly, codePoint) ? "upright" : "none";
}

function parseRanges(text: string): readonly Range[] {
  return text.split(" ").map((range) => {
    const [first = "", last = first] = range.split("-");
    return { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) };
  });
}

function isWithin(ranges: readonly Range[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || codePoint < range.first) high = middle - 1;
    else if (codePoint > range.last) low = middle + 1;
    else return true;
  }
  return false;
}
