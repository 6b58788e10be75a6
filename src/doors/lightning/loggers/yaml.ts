// Writes hyperparameters as YAML into hparams.yaml, from which Python reads the values that a program gave.
import { Tensor } from '../../../torch';
import { isPlainObject, pythonFloat } from '../../../torch/inside';

/** Strings that YAML would not read as plain text, so they are quoted. */
const special =
  /^(?:|[-+.?=<\d].*|true|false|yes|no|on|off|null|~|.*[:#'"{}[\],&*!|>%@`\n\r\u0085\u2028\u2029].*|\s.*|.*\s)$/is;

const quoted = (text: string): string => {
  if (!special.test(text)) return text;
  return /[\n\r\u0085\u2028\u2029]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
};

function number(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (Number.isSafeInteger(value)) return String(value);
  // Without a point PyYAML takes 1e-5 for a string.
  const text = pythonFloat(value);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

/** The name of a value that YAML has no form for, such as a function, a class or a tensor. */
function named(value: unknown): string {
  if (value instanceof Tensor) return `Tensor [${value.shape.join(', ')}]`;
  if (typeof value === 'function') return value.name || 'function';
  return typeof value === 'object' ? (value?.constructor?.name ?? 'object') : String(value);
}

const scalar = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return quoted(typeof value === 'string' ? value : named(value));
};

/** The lines of a list or an object; one line for everything else. */
function linesOf(value: unknown, around: readonly unknown[]): string[] {
  if (around.includes(value)) return [quoted(named(value))];
  const within = [...around, value];
  if (Array.isArray(value)) {
    if (value.length === 0) return ['[]'];
    return value.flatMap((item) => linesOf(item, within).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`));
  }
  if (!isPlainObject(value)) return [scalar(value)];
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return ['{}'];
  return entries.flatMap(([name, item]) => {
    const lines = linesOf(item, within);
    const isNested = (Array.isArray(item) || isPlainObject(item)) && !/^(\[\]|\{\})$/.test(lines[0]!);
    if (!isNested || within.includes(item)) return [`${quoted(name)}: ${lines[0]}`];
    return [`${quoted(name)}:`, ...lines.map((line) => (Array.isArray(item) ? line : `  ${line}`))];
  });
}

/** Lists and objects keep their form, and numbers, booleans and null their kind; names are sorted, as PyYAML does. */
export const yamlOf = (values: Readonly<Record<string, unknown>>): string => `${linesOf(values, []).join('\n')}\n`;
