import { expect } from "chai";
import { readPdf } from "../../../domain/archive/pdf-file.ts";
import { PdfReader } from "../../../domain/archive/pdf-reader.ts";
import { UnreadablePdf, isKind, isSame, textOf } from "../../../domain/archive/pdf-values.ts";
import type { PdfValue } from "../../../domain/archive/pdf-values.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const read = (text: string): PdfValue => new PdfReader(bytesOf(text), 0).value();
const reasonOf = (act: () => unknown): string => {
  try {
    act();
    return "read";
  } catch (error) {
    if (error instanceof UnreadablePdf) return error.reason;
    throw error;
  }
};

interface Shape {
  readonly bodies?: readonly string[];
  readonly trailer?: string;
  readonly header?: string;
  readonly between?: string;
  readonly entry?: (offset: string) => string;
}

/** A minimal PDF of one revision, with places to break it. */
function pdf({ bodies = ["<< /Type /Catalog >>"], trailer = "", ...shape }: Shape = {}): string {
  let text = shape.header ?? "%PDF-1.7\n";
  const offsets = bodies.map((body, index) => {
    if (index > 0) text += shape.between ?? "";
    const offset = String(text.length).padStart(10, "0");
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const table = text.length;
  const entry = shape.entry ?? ((offset: string) => `${offset} 00000 n \n`);
  text += `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${offsets.map(entry).join("")}`;
  return `${text}trailer\n<< /Size ${bodies.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${table}\n%%EOF\n`;
}

describe("the strict reader of PDF", () => {
  it("[PDF-1] reads every kind of object", () => {
    const value = read(
      "[ 1 -2.5 .5 true null /A#20B (a\\(b\\)\\101\\n(c)) <48 > ]".replace(" >", ">"),
    );
    if (!isKind(value, "list")) throw new Error("not a list");
    const [one, two, half, yes, nothing, name, literal, hex] = value.items;
    expect([one, two, half, yes, nothing]).to.deep.equal([1, -2.5, 0.5, true, null]);
    expect(name).to.deep.equal({ kind: "name", name: "A B" });
    expect([textOf(literal), textOf(hex)]).to.deep.equal(["a(b)A\n(c)", "H"]);
    expect(textOf(read("<FEFF00E9>"))).to.equal("é");
    expect(read("12 0 R")).to.deep.equal({ kind: "reference", number: 12, generation: 0 });
  });

  it("[PDF-2] refuses what a lenient reader repairs", () => {
    const broken = [
      "<< /A 1 /A 2 >>",
      "<< /A >>",
      "<4>",
      "<4G>",
      "(open",
      "[ 1",
      "/A#2",
      "1e5",
      "1.2.3",
      "+-1",
      "endobj",
      "% comment",
      "[".repeat(100),
    ];
    for (const text of broken)
      expect(
        reasonOf(() => read(text)),
        text,
      ).to.not.equal("read");
  });

  it("[PDF-3] compares values by what they say, not by how they are spelled", () => {
    expect(isSame(read("<< /A (H) /B [ 1 ] >>"), read("<</B[1]/A<48>>>"))).to.equal(true);
    expect(isSame(read("<< /A (H) >>"), read("<< /A /H >>"))).to.equal(false);
    expect(isSame(read("[ 1 2 ]"), read("[ 2 1 ]"))).to.equal(false);
  });

  it("[PDF-4] reads a file whose every byte belongs to something, and says why it does not read another", () => {
    const stream = "<< /Length 4 >>\nstream\nabcd\nendstream";
    const cases: [string, string][] = [
      [pdf(), "read"],
      [pdf({ bodies: ["<< >>", stream], between: "\r\n \n" }), "read"],
      [pdf({ header: "%PDF-1.7\n%âãÏÓ\n" }), "read"],
      [pdf({ header: "junk%PDF-1.7\n" }), "no-header"],
      [`${pdf()}x`, "bytes-after-end"],
      [pdf().slice(0, -12), "no-end"],
      [pdf({ bodies: ["<< >>", "<< >>"], between: "% hidden\n" }), "hidden-bytes"],
      [pdf({ bodies: ["<< >>", "<< >>"], between: "9 0 obj null endobj\n" }), "hidden-bytes"],
      [pdf({ trailer: "/Encrypt 2 0 R " }), "encrypted"],
      [pdf({ trailer: "/XRefStm 10 " }), "bad-cross-reference"],
      [pdf({ trailer: "/Prev 100000 " }), "bad-cross-reference"],
      [pdf({ entry: (offset) => `${offset} 00001 n \n` }), "bad-cross-reference"],
      [pdf({ entry: (offset) => `${offset} 00000 n\n` }), "bad-cross-reference"],
      [pdf({ bodies: [stream.replace("4", "6")] }), "bad-syntax"],
      [pdf({ bodies: [stream.replace("4", "2 0 R")] }), "bad-syntax"],
      [pdf({ bodies: [stream.replace("/Length 4", "/Length 4 /F (x)")] }), "bad-syntax"],
      [pdf().replace("startxref\n", "startxref\n1"), "bad-cross-reference"],
    ];
    for (const [text, expected] of cases) {
      expect(
        reasonOf(() => readPdf(bytesOf(text))),
        text,
      ).to.equal(expected);
    }
  });

  it("[PDF-5] follows no loop of tables", () => {
    const text = pdf({ trailer: "/Prev 0000000000 " });
    const table = text.lastIndexOf("xref\n0 2");
    const looped = text.replace("/Prev 0000000000", `/Prev ${String(table).padStart(10, "0")}`);
    expect(reasonOf(() => readPdf(bytesOf(looped)))).to.equal("bad-cross-reference");
  });
});
