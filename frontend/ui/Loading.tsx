import { Loader } from "@mantine/core";

/** Waiting, with what is being done in words; announced to screen readers. */
export function Loading({ words }: { readonly words: string }) {
  return (
    <output className="loading">
      <Loader size="sm" aria-hidden />
      <span>{words}</span>
    </output>
  );
}
