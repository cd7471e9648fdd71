/** A node of an agreement's text, as ProseMirror JSON. */
export interface TextNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly TextNode[];
  readonly text?: string;
  readonly marks?: readonly { readonly type: string }[];
}

/** The languages an agreement can be written in. */
export const languages = ["fr", "en"] as const;

/** One of the languages of agreements and screens. */
export type Language = (typeof languages)[number];

/** A text in every language. */
export interface Words {
  readonly fr: string;
  readonly en: string;
}
