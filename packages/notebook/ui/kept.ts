// What a page keeps of a reader's choices: in its address, so that a link shows what its sender saw, and in the browser, for the next visit.

/** Puts a value into the page's address, without a step of the history; null takes it away. */
export function keepInAddress(name: string, value: string | null): void {
  const address = new URL(location.href);
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  history.replaceState(history.state, '', address);
}

export const inAddress = (name: string): string | null => new URLSearchParams(location.search).get(name);

/** Has the address keep the text of a field, where it is another than at first, and puts the address's text into it. */
export function keepField(field: HTMLInputElement, name: string): void {
  const asked = inAddress(name);
  if (asked !== null) field.value = field.maxLength < 0 ? asked : asked.slice(0, field.maxLength);
  field.addEventListener('change', () => keepInAddress(name, field.value === field.defaultValue ? null : field.value));
}

/** A choice of an earlier visit; null where there was none, or the browser keeps nothing. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a choice for the next visit. Storage may be forbidden: the choice then holds for this page. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The page shows the choice already.
  }
}
