// Writes JSON exactly as Python's json.dumps(…, sort_keys=True) does.
import { ArgumentError } from '../../torch';
import { isPlainObject, kindOf, pythonFloat } from '../../torch/inside';

/** Escapes non-ASCII characters as UTF-16 code units. */
const escaped = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** @throws ArgumentError for a value that JSON cannot represent */
export function pythonJson(op: string, name: string, value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Number.isInteger(value) ? String(BigInt(value)) : pythonFloat(value);
  }
  if (Array.isArray(value)) return `[${value.map((one) => pythonJson(op, name, one)).join(', ')}]`;
  if (isPlainObject(value)) {
    const parts = Object.keys(value)
      .sort()
      .map((key) => `${escaped(key)}: ${pythonJson(op, name, value[key])}`);
    return `{${parts.join(', ')}}`;
  }
  throw new ArgumentError(
    `${op}: expected ${name} to hold texts, finite numbers, booleans, null, lists and objects, but got ${kindOf(value)}`,
  );
}
