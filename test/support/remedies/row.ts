// Owns what a row of the tables of remedies is: a call that is refused, and how what the message says to write is applied.
import * as torch from 'lamplight';
import { forgetWarnings } from '../../../src/engine/core/warnings';

/** A call that is refused, or warned of, and what the message says to do instead. */
export interface Row {
  /** What was called, with which the message begins. */
  readonly op: string;
  readonly refused: () => unknown;
  /** Does what the message says. */
  readonly applied: (message: string) => unknown;
  /** Of rows that need a device, and so run elsewhere than the scan: a piece of the text that makes the message. */
  readonly piece?: string;
}

/** Rows that need a device, by a piece of the text that makes each message. */
export const onDevice = (rows: Readonly<Record<string, Row>>): Row[] =>
  Object.entries(rows).map(([piece, row]) => ({ ...row, piece }));

// biome-ignore lint/suspicious/noExplicitAny: calls are given what they do not take
type Given = any;

/** What a message says to do: what follows its first semicolon, or all of it. */
const remedyOf = (message: string): string => message.slice(message.indexOf('; ') + 1);

const scope = { torch, nn: torch.nn, data: torch.data, optim: torch.optim, F: torch.nn.functional };

/** The value of an expression in TypeScript as a message writes it, among tensors of these names. */
function evaluated(code: string, names: Record<string, unknown> = {}): unknown {
  const all = { ...scope, ...names };
  const make = code.includes('await ') ? AsyncFunction : Function;
  return make(...Object.keys(all), `return (${code});`)(...Object.values(all));
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

const CHAIN = /(?:\.\w+\((?:[^()]|\([^()]*\))*\))+/;

/** The message names methods of what was given wrongly, as in “convert it with .to('int64')”: with their result the call goes through. */
export const converts = (op: string, call: (x: Given) => unknown, wrong: unknown): Row => ({
  op,
  refused: () => call(wrong),
  applied: async (message) => {
    const [chain] = CHAIN.exec(remedyOf(message)) ?? [];
    if (!chain) throw new Error(`expected a method such as .to('int64'), but got '${remedyOf(message)}'`);
    return call(await evaluated(`${message.includes(`await x${chain}`) ? 'await ' : ''}x${chain}`, { x: wrong }));
  },
});

const OPTIONS = /\{ [^{}]*\}|\b\w+: (?:'[^']*'|[\w.]+)/;

/** The message states options, as in “pass { replacement: true }”: with them the call goes through. Shorthand stands for what is named. */
export const options = (
  op: string,
  call: (options: Given) => unknown,
  given: Record<string, unknown> = {},
  names: Record<string, unknown> = {},
): Row => ({
  op,
  refused: () => call(given),
  applied: (message) => {
    const [stated] = OPTIONS.exec(remedyOf(message)) ?? [];
    if (!stated) throw new Error(`expected options such as { dim: 1 }, but got '${remedyOf(message)}'`);
    const more = evaluated(stated.startsWith('{') ? stated : `{ ${stated} }`, names) as Record<string, unknown>;
    return call({ ...given, ...more });
  },
});

/** The message holds this code, which runs among these names and is what `use` takes. */
export const typed = (
  op: string,
  refused: () => unknown,
  code: string,
  names: Record<string, unknown> = {},
  use: (made: Given) => unknown = (made) => made,
): Row => ({
  op,
  refused,
  applied: async (message) => {
    if (!message.includes(code)) throw new Error(`expected '${code}' in '${message}'`);
    return use(await evaluated(code, names));
  },
});

/** The message says this, which is no expression by itself; what it says is done beside it. */
export const does = (op: string, refused: () => unknown, says: string, instead: () => unknown): Row => ({
  op,
  refused,
  applied: (message) => {
    if (!message.includes(says)) throw new Error(`expected '${says}' in '${message}'`);
    return instead();
  },
});

/** What a call warns of, as a message. Each warning comes once, so it is forgotten first. */
export async function warned(call: () => unknown): Promise<string> {
  const before = console.warn;
  const said: string[] = [];
  console.warn = (...words) => void said.push(words.join(' '));
  forgetWarnings();
  try {
    await call();
  } finally {
    console.warn = before;
  }
  return said.join('\n').replace(/^Lamplight: /, '');
}

/** That a call no longer warns. */
export async function silent(said: Promise<string>): Promise<void> {
  if (await said) throw new Error(await said);
}

/** The message of what a call throws, or of the warning that it gives as its result. */
export async function messageOf(call: () => unknown): Promise<string> {
  try {
    const result = await call();
    return typeof result === 'string' ? result : '';
  } catch (error) {
    if (error instanceof torch.LamplightError) return error.message;
    throw error;
  }
}
