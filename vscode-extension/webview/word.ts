// The server's words in the person's language. One that is not known stays as it is.
export function wordsFor(known: Record<string, string | undefined>, said: string): string {
  return known[said] ?? said;
}
