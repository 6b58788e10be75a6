// The operands of assembly: registers by their number, and constants.
import { asBits } from './lanes';

export const VCC = 106;
export const NULL = 125;
export const EXEC = 126;
/** Behind the registers: SCC, and whether VCC or the mask of lanes is zero. */
export const SCC = 128;
const VCCZ = 129;
const EXECZ = 130;
const M0 = 124;

export type Operand =
  | { readonly kind: 'v' | 's'; readonly at: number }
  | { readonly kind: 'constant'; readonly value: number; readonly isWide: boolean }
  | { readonly kind: 'none' };

const NAMES: Readonly<Record<string, number>> = {
  vcc: VCC,
  vcc_lo: VCC,
  vcc_hi: VCC + 1,
  exec: EXEC,
  exec_lo: EXEC,
  exec_hi: EXEC + 1,
  m0: M0,
  null: NULL,
  scc: SCC,
  src_scc: SCC,
  vccz: VCCZ,
  src_vccz: VCCZ,
  execz: EXECZ,
  src_execz: EXECZ,
};

const NONE: Operand = { kind: 'none' };

/** What stands before the first space; what follows are modifiers. */
export function operand(text: string | undefined): Operand {
  const [word = ''] = (text ?? '').split(' ');
  const [, file, at] = /^([vs])\[?(\d+)/.exec(word) ?? [];
  if (file) return { kind: file as 'v' | 's', at: Number(at) };
  const named = NAMES[word];
  if (named !== undefined) return { kind: 's', at: named };
  if (/^-?(0x[0-9a-f]+|\d+)$/.test(word)) {
    const negative = word.startsWith('-');
    const size = Number(negative ? word.slice(1) : word);
    return { kind: 'constant', value: (negative ? -size : size) >>> 0, isWide: negative };
  }
  if (/^-?\d+\.\d+$/.test(word)) return { kind: 'constant', value: asBits(Number(word)), isWide: false };
  return NONE;
}
