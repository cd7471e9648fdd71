/**
 * Counts this page's edits against the server's confirmations. The server confirms number n only
 * when everything it received earlier on the same socket is on its disk, so number n may be asked
 * about only on a socket on which all edits up to n have been sent.
 */
export class Acknowledgements {
  private made = 0;
  private confirmed = 0;

  /** Notes one more edit of this page. */
  note(): void {
    this.made += 1;
  }

  /** The number to ask the server to confirm. */
  get latest(): number {
    return this.made;
  }

  /** Edits not yet confirmed. */
  get unsaved(): number {
    return this.made - this.confirmed;
  }

  /** Takes a confirmation of everything up to `sequence`; a number never asked about is ignored. */
  confirm(sequence: number): void {
    if (sequence > this.made) return;
    this.confirmed = Math.max(this.confirmed, sequence);
  }
}
