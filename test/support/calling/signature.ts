// Owns what is known of a subject before the walk: its parameters, which are required, and arguments that work.
import * as torch from 'lamplight';
import { Tensor } from 'lamplight';
import type { Subject } from './subjects';
import { given, valid } from './values';
import type { Outcome } from './walk';

export interface Signature {
  /** Of all parameters, in order. */
  readonly names: readonly string[];
  readonly required: readonly string[];
  readonly byName: boolean;
  values(name: string): unknown;
}

export const MISSPELT = 'misspeltName';

type Attempt = (args: () => readonly unknown[]) => Promise<Outcome>;

/** What stands for tensors, for functions that do not take those of the table. */
const stead: readonly (() => Tensor)[] = [
  () => torch.ones(1, 2, 4),
  () => torch.ones(1, 4, 4, 4),
  () => torch.ones(1, 4, 4, 4, 4),
  () => torch.ones(4),
  () => torch.ones(3, { dtype: 'int64' }),
  () => torch.ones(3, 8, 8, { dtype: 'uint8' }),
  () => torch.ones(2, 2).bool(),
  () => torch.tensor(1),
];

const quoted = (list: string): string[] => [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name!);

/** The parameters of a subject, with values that it takes if any are known, and how a call with these ends. */
export async function signatureOf(
  subject: Subject,
  attempt: Attempt,
): Promise<{ readonly signature: Signature; readonly plain: Outcome }> {
  const told = given[subject.id] ?? given[subject.id.replace(/^.*\./, '*.')];
  const own = told && !Array.isArray(told) ? (told as Readonly<Record<string, unknown>>) : {};
  const values = (name: string): unknown => valid(subject.id, own, name);
  const names = await namesOf(subject, told, values, attempt);
  const tried = (some: Signature) => attempt(() => some.required.map(some.values));
  const plain = await tried(names);
  if (plain.kind !== 'typed' || Array.isArray(told)) return { signature: names, plain };
  for (const make of stead) {
    const other = {
      ...names,
      values: (name: string) => {
        const value = names.values(name);
        return value instanceof Tensor && !Object.hasOwn(own, name) ? make() : value;
      },
    };
    const end = await tried(other);
    if (end.kind !== 'typed') return { signature: other, plain: end };
  }
  return { signature: names, plain };
}

/** The parameters as the subject's own errors list them; where they do not, as the sources declare them. */
async function namesOf(
  { id, declared }: Subject,
  told: (typeof given)[string] | undefined,
  values: (name: string) => unknown,
  attempt: Attempt,
): Promise<Signature> {
  if (Array.isArray(told)) {
    const names = told.map((_, i) => declared?.names[i] ?? `#${i + 1}`);
    const placed = (name: string) => valid(id, { [name]: told[names.indexOf(name)] }, name);
    return { names, required: names, byName: false, values: placed };
  }
  const required: string[] = told ? Object.keys(told) : [];
  for (let round = 0; round < 6; round++) {
    const { message } = await attempt(() =>
      required.length > 0 ? [Object.fromEntries(required.map((name) => [name, values(name)]))] : [],
    );
    const more = quoted(/missing \d+ required arguments?: (.*)/.exec(message)?.[1] ?? '');
    const fresh = more.filter((name) => !required.includes(name));
    if (fresh.length === 0) break;
    required.push(...fresh);
  }
  const { message } = await attempt(() => [...required.map(values), { [MISSPELT]: 1 }]);
  const listed = quoted(new RegExp(`'${MISSPELT}'; it takes (.*)`).exec(message)?.[1] ?? '');
  const all = [...required, ...listed.filter((name) => !required.includes(name))];
  if (all.length > 0) return { names: all, required, byName: true, values };
  return { names: declared?.names ?? [], required: declared?.required ?? [], byName: false, values };
}
