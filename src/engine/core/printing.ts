// How values appear in a printed module: as Python writes them.

/** `True`, `None`, `(3, 3)`, `(3,)`. Whole numbers appear as integers, and strings without quotes. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : pythonFloat(value);
  if (Array.isArray(value)) return `(${value.map(pythonText).join(', ')}${value.length === 1 ? ',' : ''})`;
  return String(value);
}

/**
 * A float as Python's repr: `1.0`, `0.01`, `1e-05`. Below 10⁻⁴ and from 10¹⁶ on it has an exponent, of at least two
 * digits.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A name as Python writes it: `kernel_size`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `snakeCase` for names that may begin with a capital; adjacent capitals are one word: `MaxPool2d` is `max_pool2d`. */
export const snakeName = (name: string): string =>
  name.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** Fields of an object as Python's keyword arguments: `kernel_size=2, stride=1`. */
export const keywords = (
  fields: object,
  names: readonly string[],
  text: (value: unknown) => string = pythonText,
): string => names.map((name) => `${snakeCase(name)}=${text(Reflect.get(fields, name))}`).join(', ');

/** Indents every line but the first by two spaces. */
export function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** `Name(…)` around the lines of a module: on one line if there are no children and at most one line of its own. */
export function printModule(name: string, extra: string, children: readonly string[]): string {
  if (children.length === 0 && !extra.includes('\n')) return `${name}(${extra})`;
  const lines = extra === '' ? children : [...extra.split('\n'), ...children];
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}
