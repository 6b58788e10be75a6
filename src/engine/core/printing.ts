// Formats values for printed modules in Python's notation.

/**
 * Formats a value, for example as `True`, `None`, `(3, 3)` or `(3,)`. Whole numbers are written as integers, and
 * strings without quotes.
 */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : pythonFloat(value);
  if (Array.isArray(value)) return `(${value.map(pythonText).join(', ')}${value.length === 1 ? ',' : ''})`;
  return String(value);
}

/**
 * Formats a float like Python's repr: `1.0`, `0.01`, `1e-05`. Below 10⁻⁴, and from 10¹⁶ on, it is written with an
 * exponent of at least two digits.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-' : ''}${value}.0` : String(value);
}

/** Converts a name to Python's spelling, such as `kernel_size`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * `snakeCase` for names that may begin with a capital. Adjacent capitals count as one word, and `MaxPool2d` becomes
 * `max_pool2d`.
 */
export const snakeName = (name: string): string =>
  name.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** Formats fields of an object as Python's keyword arguments: `kernel_size=2, stride=1`. */
export const keywords = (
  fields: object,
  names: readonly string[],
  text: (value: unknown) => string = pythonText,
): string => names.map((name) => `${snakeCase(name)}=${text(Reflect.get(fields, name))}`).join(', ');

/** Indents every line except the first by two spaces. */
export function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** The text of a module: `Name(…)`, on one line if the module has no children and `extra` is at most one line. */
export function printModule(name: string, extra: string, children: readonly string[]): string {
  if (children.length === 0 && !extra.includes('\n')) return `${name}(${extra})`;
  const lines = extra === '' ? children : [...extra.split('\n'), ...children];
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}
