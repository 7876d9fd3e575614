// The number that a person types for a cap.

/** The number a text is, with a point or a comma; undefined if it is none of at least 0, or no whole one where one is wanted. */
export function capIn(text: string, whole: boolean): number | undefined {
  const value = Number(text.trim().replace(',', '.'));
  const fits = text.trim() !== '' && Number.isFinite(value) && value >= 0 && (!whole || Number.isInteger(value));
  return fits ? value : undefined;
}
