// Owns what functions that work in place are held to: `f_` writes back what `f` gives, by PyTorch's rule for dtypes.
import * as torch from 'lamplight';
import { type DType, nn, Tensor } from 'lamplight';
import { expect } from 'vitest';
import { discardPending } from '../../../src/engine/graph/flush';
import { differsInPlace, withoutOther } from './rules/in-place';
import { signatureOf } from './signature';
import { methodsOf, type Subject } from './subjects';
import { selfOf } from './torch-values';
import { outcome } from './walk';

type Callee = (...args: unknown[]) => unknown;

/** A function in place and the one beside it, both called with the tensor first. */
export interface InPlace {
  /** `Tensor.add_`, `torch.relu_`. */
  readonly id: string;
  readonly within: Callee;
  readonly beside: Callee;
  /** The one beside it, as the walk calls it. */
  readonly subject: Subject;
}

const isInPlace = (name: string): boolean => /^[a-z]\w*_$/.test(name);

const onSelf =
  (method: string): Callee =>
  (self, ...args) =>
    (Reflect.get(self as object, method) as Callee).apply(self, args);

/** Those of tensors, beside methods, or functions of torch where there is no such method. */
function methodsInPlace(): readonly (InPlace | string)[] {
  const all = methodsOf({ id: 'Tensor', made: Tensor as never }, selfOf, new Set());
  const methods = new Map(all.map((subject) => [subject.id.slice('Tensor.'.length), subject]));
  return [...methods.keys()].filter(isInPlace).map((name): InPlace | string => {
    const other = name.slice(0, -1);
    const [id, within, subject] = [`Tensor.${name}`, onSelf(name), methods.get(other)];
    if (subject) return { id, within, beside: onSelf(other), subject };
    if (other === 'fill') return { id, within, ...functionBeside('torch', torch, other) };
    return name;
  });
}

function functionBeside(door: string, space: object, name: string): Pick<InPlace, 'beside' | 'subject'> {
  const beside = Reflect.get(space, name) as Callee;
  return { beside, subject: { id: `${door}.${name}`, call: beside, declared: null, made: null } };
}

function functionsInPlace(door: string, space: object): readonly InPlace[] {
  return Object.entries(space)
    .filter(([name]) => isInPlace(name))
    .map(([name, within]: [string, Callee]) => ({
      id: `${door}.${name}`,
      within,
      ...functionBeside(door, space, name.slice(0, -1)),
    }));
}

/** All of them, and the names of the methods that no function stands beside. */
export function inPlaceFunctions(): { readonly pairs: readonly InPlace[]; readonly alone: readonly string[] } {
  const methods = methodsInPlace();
  discardPending();
  return {
    pairs: [
      ...methods.filter((one) => typeof one !== 'string'),
      ...functionsInPlace('torch', torch),
      ...functionsInPlace('nn.functional', nn.functional),
    ],
    alone: methods.filter((one) => typeof one === 'string'),
  };
}

/** Numbers between 0.55 and 1 of what a tensor holds, each another. */
const varied = (x: Tensor): Tensor =>
  x.to('float32').mul(
    torch
      .arange(x.numel())
      .to('float32')
      .mul(-0.45 / x.numel())
      .add(1)
      .reshape(x.shape),
  );

/** What becomes of a call: a tensor, or the class of its error. */
async function ended(call: () => unknown): Promise<Tensor | string> {
  try {
    const result = await call();
    return result instanceof Tensor ? result : `a result of type ${typeof result}`;
  } catch (error) {
    const isTyped = error instanceof torch.LamplightError && !error.message.startsWith('internal:');
    return isTyped ? 'a typed error' : String(error);
  }
}

const described = (end: Tensor | string): string => (end instanceof Tensor ? `${end.dtype} [${end.shape}]` : end);

/** How a function in place differs from the one beside it for a tensor of a dtype; null where it does not. */
export async function differenceOf({ id, within, beside, subject }: InPlace, dtype: DType): Promise<string | null> {
  const { signature } = await signatureOf(subject, (args) => outcome(() => subject.call(...args())));
  discardPending();
  const isMethod = subject.id.startsWith('Tensor.');
  const { required, values } = signature;
  const rest = (): unknown[] => (isMethod ? required : required.slice(1)).map(values);
  const self = isMethod ? selfOf(id.slice('Tensor.'.length)) : values(required[0]!);
  if (!(self instanceof Tensor)) return 'does not take a tensor first';
  const x = () => (dtype === 'float32' ? varied(self) : varied(self).mul(4)).to(dtype);
  torch.manualSeed(3);
  const expected = await ended(() => beside(x(), ...rest()));
  torch.manualSeed(3);
  const written = x();
  const given = await ended(() => within(written, ...rest()));
  if (typeof expected === 'string') return given === expected ? null : `${described(given)}, beside it ${expected}`;
  const fits = torch.canCast(expected.dtype, dtype);
  if (typeof given === 'string')
    return given === 'a typed error' && !fits ? null : `${given}, beside it ${described(expected)}`;
  if (!fits) return `${described(given)}, beside it ${described(expected)}, which no ${dtype} holds`;
  if (given !== written) return 'gives another tensor';
  if (written.dtype !== dtype) return `makes it ${written.dtype}`;
  if (`${written.shape}` !== `${expected.shape}`) return `${described(given)}, beside it ${described(expected)}`;
  const [is, be] = await Promise.all([written.data(), expected.to(dtype).data()]);
  const differs = is.findIndex((value, i) => !Object.is(value, be[i]!));
  return differs < 0 ? null : `element ${differs} is ${is[differs]}, beside it ${be[differs]}`;
}

/** Expects that what has nothing beside it is known, and that no known difference is out of date. */
export function expectKnown(): void {
  expect([...inPlaceFunctions().alone].sort()).toEqual(withoutOther.flatMap(({ ids }) => ids).sort());
}

/** Holds one in `share` of the functions in place to those beside them, for tensors of these dtypes. */
export async function expectInPlace(share: number, dtypes: readonly DType[]): Promise<void> {
  const { pairs } = inPlaceFunctions();
  const chosen = pairs.filter((_, i) => i % share === 0);
  expect(chosen.length).toBeGreaterThan(100 / share);
  const found: string[] = [];
  for (const pair of chosen) {
    const differing: string[] = [];
    for (const dtype of dtypes) {
      const difference = await differenceOf(pair, dtype);
      if (difference) differing.push(`${pair.id} of ${dtype}: ${difference}`);
    }
    if (!differsInPlace(pair.id)) found.push(...differing);
    else if (differing.length === 0) found.push(`${pair.id}: as beside it, though listed as different`);
  }
  expect(found).toEqual([]);
}
