/** The same keys with any wording: what a translation of a catalogue must be. */
export type Same<Catalogue> = {
  [Key in keyof Catalogue]: Catalogue[Key] extends string ? string : Same<Catalogue[Key]>;
};
