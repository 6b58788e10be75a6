// Owns the walk of one subject: what it takes, by place and by name, with each argument in turn replaced by what it cannot be.
import { writeFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { Tensor } from 'lamplight';
import { allowedHere } from './rules';
import { differsByPlace } from './rules/by-place';
import { takesBesides } from './rules/first';
import { isUnderName } from './rules/names';
import { MISSPELT, signatureOf } from './signature';
import type { Subject } from './subjects';
import { allowed } from './taken';
import { ready } from './values';

/** How a call went against the rule. */
export type Fault =
  | 'bare'
  | 'taken'
  | 'first'
  | 'misspelt'
  | 'many'
  | 'fewer'
  | 'hang'
  | 'promise'
  | 'valid'
  | 'unnamed'
  | 'other'
  | 'apart';

export interface Found {
  readonly fault: Fault;
  readonly text: string;
}

export interface Walked {
  readonly calls: number;
  readonly found: readonly Found[];
  /** A fresh object of a class. */
  readonly make: (() => object) | null;
}

export type Outcome =
  | { readonly kind: 'typed' | 'bare'; readonly message: string }
  | { readonly kind: 'works' | 'hang'; readonly message: '' };

/** What a call throws that goes wrong for other reasons than its arguments: there is no device here, and no network. */
const beyond = [torch.WebGPUUnavailableError, torch.FetchError];

const WAIT = 2000;

/** A file that names the argument under test, for calls that end the process or never return. */
const trace = process.env.CALLING_TRACE;

export async function outcome(call: () => unknown): Promise<Outcome> {
  try {
    const result = torch.scope(() => ({ result: call() })).result;
    if (result instanceof Promise) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), WAIT);
      });
      const first = await Promise.race([result.then(() => 'done' as const), late]);
      clearTimeout(timer);
      if (first === 'late') return { kind: 'hang', message: '' };
    }
    return { kind: 'works', message: '' };
  } catch (error) {
    if (beyond.some((type) => error instanceof type)) return { kind: 'works', message: '' };
    if (error instanceof torch.LamplightError && !error.message.startsWith('internal:'))
      return { kind: 'typed', message: error.message };
    return { kind: 'bare', message: String(error) };
  }
}

/** The wrong dtype of a tensor: whole numbers where floats are usual, and floats elsewhere. */
const otherDtype = (base: unknown): Tensor => {
  if (!(base instanceof Tensor)) return torch.ones(2, { dtype: 'int64' });
  return base.detach().to(base.dtype === 'float32' ? 'int64' : 'float32');
};

const promise = Promise.resolve(1);

/** What arguments are replaced by. */
export const wrong: Readonly<Record<string, (base: unknown) => unknown>> = {
  null: () => null,
  NaN: () => Number.NaN,
  "''": () => '',
  "'foo'": () => 'foo',
  '{}': () => ({}),
  '[]': () => [],
  true: () => true,
  '-1': () => -1,
  '1.5': () => 1.5,
  '1e12': () => 1e12,
  promise: () => promise,
  dtype: otherDtype,
};

/** Whether a call was refused for an argument that is given by name alone. */
const isOneTooMany = ({ message }: Outcome): boolean => /expected at most \d+ arguments?/.test(message);

/** Calls a subject in every way that the rule is about. */
export async function walk(subject: Subject): Promise<Walked> {
  const { id, call } = subject;
  const found: Found[] = [];
  let calls = 0;
  const report = (fault: Fault, text: string): void => void found.push({ fault, text: `${id}${text}` });
  const attempt = (args: () => readonly unknown[]): Promise<Outcome> => {
    calls++;
    return outcome(() => call(...args()));
  };

  const { signature, plain } = await signatureOf(subject, attempt);
  const { names, required, values, byName } = signature;
  const value = (name: string): unknown => values(name);
  const inFront = (count: number): unknown[] =>
    names.slice(0, count).map((name) => (required.includes(name) ? value(name) : undefined));
  const named = (): Record<string, unknown> => Object.fromEntries(required.map((name) => [name, value(name)]));
  const base = (): unknown[] => inFront(required.length);

  const fresh = (): object => {
    const object = call(...base()) as object;
    ready[id]?.(object as never);
    return object;
  };
  const make = subject.made ? fresh : null;
  if (plain.kind === 'bare' || plain.kind === 'typed') {
    if (plain.kind === 'bare' || !allowedHere(id, 'valid', ''))
      report('valid', `(${required.join(', ')}): ${plain.message}`);
    if (plain.kind === 'bare') report('bare', `(valid): ${plain.message}`);
    return { calls, found, make: null };
  }
  if (plain.kind === 'hang') report('hang', '(valid)');
  if (!byName && names.length > 0 && !allowedHere(id, 'unnamed', '')) report('unnamed', '');

  /** What each parameter says that it takes. */
  const messages = new Map<string, string>();
  /** `what` begins with the parameter's name where a value is replaced, and `key` names what by. */
  const isAllowed = (what: string, key: string): boolean => {
    const parameter = what.trim().split(' ')[0]!;
    if (key && allowed(messages.get(parameter) ?? '', parameter, key)) return true;
    return allowedHere(id, key ? parameter : what.trim(), key);
  };
  const judge = async (
    what: string,
    made: () => readonly unknown[],
    fault: Fault | null,
    key: string,
  ): Promise<Outcome> => {
    const end = await attempt(made);
    const { kind, message } = end;
    if (kind === 'bare') report('bare', `${what}: ${message}`);
    if (kind === 'hang') report('hang', what);
    if (kind === 'typed' && !isUnderName(id, message)) report('other', `${what}: ${message}`);
    if (kind === 'works' && fault && !isAllowed(what, key)) report(fault, what);
    if (kind === 'typed' && key === 'promise' && !message.includes('await it first') && !isAllowed(what, key))
      report('promise', `${what}: ${message}`);
    return end;
  };

  for (const [i, name] of names.entries()) {
    const text = await attempt(() => (byName ? [{ ...named(), [name]: 'foo' }] : [...inFront(i), 'foo']));
    messages.set(name, text.message);
    for (const [key, make] of Object.entries(wrong)) {
      if (trace) writeFileSync(trace, `${id} ${name} ${key}`);
      const bad = (): unknown => make(required.includes(name) ? value(name) : undefined);
      const judged = async (how: string, made: () => readonly unknown[]): Promise<Outcome> => {
        const end = await judge(` ${name} ${how} ${key}`, made, 'taken', key);
        const isTaken = end.kind === 'works' && i === 0 && required[0] === name && value(name) instanceof Tensor;
        if (isTaken && key !== 'dtype' && !takesBesides(id, name, key)) report('first', ` ${name} ${how} ${key}`);
        return end;
      };
      const byItsName = byName ? await judged('named', () => [{ ...named(), [name]: bad() }]) : null;
      // An object in the last place holds names.
      if (key === '{}' && !required.includes(name)) continue;
      const rest = () => (i < required.length - 1 ? base().slice(i + 1) : []);
      const placed = await judged('placed', () => [...inFront(i), bad(), ...rest()]);
      if (!byItsName || key === '{}' || byItsName.kind === placed.kind) continue;
      if (!isOneTooMany(placed) && !differsByPlace(id, name, key)) {
        const ends = [byItsName, placed].map(({ kind, message }) => `${kind} ${message}`);
        report('apart', ` ${name} ${key}: named ${ends[0]}, placed ${ends[1]}`);
      }
    }
  }
  await judge(' misspelt', () => [...base(), { [MISSPELT]: 1 }], 'misspelt', '');
  await judge(' one too many', () => [...inFront(names.length), 'one too many'], 'many', '');
  await judge(' two too many', () => [...inFront(names.length), 1, 2], 'many', '');
  for (const name of required) {
    if (byName)
      await judge(
        ` without ${name}`,
        () => [Object.fromEntries(Object.entries(named()).filter(([key]) => key !== name))],
        'fewer',
        '',
      );
  }
  if (required.length > 0) await judge(' one missing', () => base().slice(0, -1), 'fewer', '');
  return { calls, found, make };
}
