// Sets the constants of a kernel by replacing lines of its code. They are sizes of arrays and workgroups, for which
// WGSL does not accept overrides everywhere.
import { invariant } from '../core/errors';

const constLine = /^const (\w+)\s*:\s*(\w+)\s*=[^;]*;/gm;

/** Replaces the value of each line `const NAME: type = value;` named in `consts`. */
export function specialise(code: string, consts: Readonly<Record<string, number>> = {}): string {
  const left = new Map(Object.entries(consts));
  let done = '';
  let from = 0;
  // Written-out code is long, and its constants come first, so scan it once and stop after the last constant.
  constLine.lastIndex = 0;
  while (left.size > 0) {
    const match = constLine.exec(code);
    invariant(match, `shader has no line "const ${left.keys().next().value}: type = value;"`);
    const [line, name, type] = match as unknown as [string, string, string];
    const value = left.get(name);
    if (value === undefined) continue;
    left.delete(name);
    done += `${code.slice(from, match.index)}const ${name}: ${type} = ${literal(value, type)};`;
    from = match.index + line.length;
  }
  return done + code.slice(from);
}

function literal(value: number, type: string): string {
  if (type === 'u32') return `${value}u`;
  if (type === 'f32') return Number.isInteger(value) ? `${value}.0` : `${value}`;
  return `${value}`;
}
