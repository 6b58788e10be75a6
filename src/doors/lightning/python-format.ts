// Numbers by formats of Python's, such as `.2f`. `pythonFloat` writes them without one.
import { pythonFloat } from '../../torch/inside';

/**
 * Digits of a number, by JavaScript, where Python would have another last one: of two that are as near, it takes the
 * even one, and JavaScript the larger.
 */
function even(digits: string, exact: string): string {
  const [kept, rest] = [exact.slice(0, digits.length), exact.slice(digits.length).replace(/^\./, '')];
  const isTie = /^50*$/.test(rest);
  return isTie && Number(/(\d)\.?$/.exec(kept)![1]) % 2 === 0 ? kept.replace(/\.$/, '') : digits;
}

/** A number with this many decimals: format `.3f`. */
export function pythonFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return pythonFloat(value);
  const size = Math.abs(value);
  if (size >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const text = even(size.toFixed(digits), size.toFixed(100));
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** A number with one digit before the point and this many behind it: format `.3e`. */
function scientific(value: number, digits: number): string {
  const size = Math.abs(value);
  const [mantissa, power] = size.toExponential(digits).split('e') as [string, string];
  const [exact, exactPower] = size.toExponential(100).split('e') as [string, string];
  const text = power === exactPower ? even(mantissa, exact) : mantissa;
  return `${value < 0 || Object.is(value, -0) ? '-' : ''}${text}e${power.replace(/^(.)(\d)$/, '$10$2')}`;
}

/** A number of this many digits: format `.3g`; with `isFloat` format `.3`, which never looks like an int. */
function general(value: number, digits: number, isFloat = false): string {
  const count = Math.max(digits, 1);
  const [mantissa, power] = scientific(value, count - 1).split('e') as [string, string];
  const short = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  const exponent = Number(power);
  if (exponent < -4 || exponent >= (isFloat ? count - 1 : count)) return `${short(mantissa)}e${power}`;
  const text = short(pythonFixed(value, count - 1 - exponent));
  return isFloat && !text.includes('.') ? `${text}.0` : text;
}

/** Python's `[[fill]align][sign][0][width][,][.precision][type]`. Its flags `z` and `#` are not known here. */
const specification = /^(?:(.?)([<>^=]))?([-+ ]?)(0?)(\d*)([,_]?)(?:\.(\d+))?([dfFeEgG%]?)$/s;

/** A number by a format of Python's; without a kind or a precision it is an int if `whole`, else a float. Null if the format is not one for numbers. */
export function pythonFormat(value: number, format: string, whole = false): string | null {
  const parts = specification.exec(format);
  if (!parts) return null;
  const [, fill, align, sign, zero, width, group, precision, kind] = parts;
  const digits = precision === undefined ? 6 : Number(precision);
  if (digits > 100 || Number(width) > 1000) return null;
  let text: string;
  if (!Number.isFinite(value)) text = pythonFloat(value) + (kind === '%' ? '%' : '');
  else if (kind === 'd') text = Math.trunc(value).toFixed(0);
  else if (kind === 'f' || kind === 'F') text = pythonFixed(value, digits);
  else if (kind === '%') text = `${pythonFixed(value * 100, digits)}%`;
  else if (kind === 'e' || kind === 'E') text = scientific(value, digits);
  else if (kind === 'g' || kind === 'G') text = general(value, digits);
  else if (precision !== undefined) text = general(value, digits, true);
  else text = whole ? value.toFixed(0) : pythonFloat(value);
  if (kind === 'E' || kind === 'G') text = text.toUpperCase();
  const isNegative = text.startsWith('-');
  const front = isNegative ? '-' : sign === '+' || sign === ' ' ? sign : '';
  let body = isNegative ? text.slice(1) : text;
  if (group) body = body.replace(/^\d+/, (first) => first.replace(/\B(?=(\d{3})+$)/g, group));
  const missing = Math.max(0, Number(width) - front.length - body.length);
  const filler = (fill || (zero ? '0' : ' ')).repeat(missing);
  const where = align || (zero ? '=' : '>');
  if (where === '=') return front + filler + body;
  if (where === '<') return front + body + filler;
  if (where === '^') return filler.slice(0, missing >> 1) + front + body + filler.slice(missing >> 1);
  return filler + front + body;
}
