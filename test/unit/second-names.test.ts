// Holds second names to the first ones: the same function, or a method that takes the same and records the same.
import * as torch from 'lamplight';
import { Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { discardPending } from '../../src/engine/graph/flush';
import { sameAttrs } from '../../src/engine/graph/signature';
import type { Value } from '../../src/engine/graph/value';
import { signatureOf } from '../support/calling/signature';
import { methodsOf, type Subject } from '../support/calling/subjects';
import { selfOf } from '../support/calling/torch-values';
import { outcome } from '../support/calling/walk';

/** Functions that the documentation of PyTorch 2.15 calls an alias, a function and its second names a line. */
const functions = `
abs absolute                        acos arccos                  acosh arccosh               asin arcsin
asinh arcsinh                       atan arctan                  atan2 arctan2               atanh arctanh
clamp clip                          cat concat concatenate       div divide trueDivide       trunc fix
gt greater                          ge greaterEqual              lt less                     le lessEqual
ne notEqual                         mul multiply                 neg negative                sub subtract
movedim moveaxis                    transpose swapaxes swapdims  trapezoid trapz             vstack rowStack
special.erf erf                     special.erfc erfc           special.erfinv erfinv
special.digamma digamma special.psi
special.exp2 exp2                   special.expm1 expm1          special.i0 i0               special.gammainc igamma
special.gammaincc igammac           special.logit logit          special.multigammaln mvlgamma
special.polygamma polygamma         special.expit sigmoid        special.sinc sinc           special.xlogy xlogy
log1p special.log1p                 logsumexp special.logsumexp  round special.round         nn.functional.softmax softmax
`;

/** Those whose parameters PyTorch calls otherwise, or of which it takes fewer, with its signature. */
const ownParameters: Readonly<Record<string, string>> = {
  trueDivide: 'true_divide(input, other)',
  vdot: 'vdot(input, other)',
  swapaxes: 'swapaxes(input, axis0, axis1)',
  swapdims: 'swapdims(input, dim0, dim1)',
  softmax: 'softmax(input, dim, *, dtype=None)',
};

const parametersOf = (second: string): (string | undefined)[] =>
  [...ownParameters[second]!.matchAll(/[(,] *(\w+)/g)].map(([, name]) => name);

/** Methods that only tensors have, or that stand for functions without a second name. */
const methods = `
numel nelement      dim ndimension      split unsafeSplit      chunk unsafeChunk
dot vdot            expand broadcastTo  conj resolveConj resolveNeg
`;

/** Names in groups: those of two or more spaces, or of a line, end them. */
const groupsOf = (text: string): string[][] =>
  text
    .trim()
    .split(/\n| {2,}/)
    .filter(Boolean)
    .map((group) => group.split(' '));

const at = (path: string): unknown =>
  path.split('.').reduce((space, name) => Reflect.get(space as object, name), torch);

const pairsOf = (groups: readonly string[][]): [second: string, first: string][] =>
  groups.flatMap(([first, ...others]) => others.map((second): [string, string] => [second, first!]));

/** Whether two values are made in the same way of the same. */
function isAlike(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [one, other] = [a.node, b.node];
  if (!one || !other) return !one && !other && sameContents(a, b);
  return (
    one.op === other.op &&
    one.outputs.indexOf(a) === other.outputs.indexOf(b) &&
    sameAttrs(one.attrs, other.attrs) &&
    `${one.scalars}` === `${other.scalars}` &&
    one.inputs.length === other.inputs.length &&
    one.inputs.every((input, i) => isAlike(input, other.inputs[i]!))
  );
}

const sameContents = (a: Value, b: Value): boolean => a.dtype === b.dtype && `${a.host}` === `${b.host}`;

/** What a call gives, as something to be held against another. */
const expectAlike = (given: unknown, expected: unknown): void => {
  if (!(expected instanceof Tensor) || !(given instanceof Tensor)) {
    expect(typeof given).toBe(typeof expected);
    if (Array.isArray(expected)) for (const [i, y] of expected.entries()) expectAlike((given as unknown[])[i], y);
    else if (typeof expected !== 'object') expect(given).toBe(expected);
    return;
  }
  expect([given.dtype, given.shape, given.stride()]).toEqual([expected.dtype, expected.shape, expected.stride()]);
  expect(isAlike(given.value, expected.value)).toBe(true);
};

const attempted = (call: Subject['call']) => (args: () => readonly unknown[]) => outcome(() => call(...args()));

describe('of functions', () => {
  test.each(pairsOf(groupsOf(functions)))('%s is %s', async (second, first) => {
    const [alias, named] = [at(second), at(first)] as [Subject['call'], Subject['call']];
    if (!(second in ownParameters)) return expect(alias).toBe(named);
    const subject = { id: `torch.${second}`, call: alias, declared: null, made: null };
    const { signature } = await signatureOf(subject, attempted(alias));
    const { names, required, values } = signature;
    expect(names).toEqual(parametersOf(second));
    const args = required.map(values);
    expectAlike(alias(...args), named(...args));
  });

  test('of other parameters are all second names', () => {
    const seconds = pairsOf([...groupsOf(functions), ...groupsOf(methods)]).map(([second]) => second);
    expect(Object.keys(ownParameters).filter((second) => !seconds.includes(second))).toEqual([]);
  });
});

describe('of methods', () => {
  const all = new Map(
    methodsOf({ id: 'Tensor', made: Tensor as never }, selfOf, new Set()).map((one) => [one.id.slice(7), one]),
  );
  discardPending();
  const pairs = pairsOf([...groupsOf(functions), ...groupsOf(methods)]).filter(
    ([second, first]) => all.has(second) && all.has(first),
  );

  test.each(pairs)('%s is %s', async (second, first) => {
    const [alias, named] = [all.get(second)!, all.get(first)!];
    const signatures = await Promise.all([alias, named].map((one) => signatureOf(one, attempted(one.call))));
    const [of, to] = signatures.map(({ signature }) => signature);
    if (second in ownParameters) expect(of!.names).toEqual(parametersOf(second).slice(1));
    else expect([of!.names, of!.required]).toEqual([to!.names, to!.required]);
    const args = to!.required.map(to!.values);
    const self = selfOf(first) as unknown as Record<string, Subject['call']>;
    expectAlike(self[second]!(...args), self[first]!(...args));
    discardPending();
  });

  test('are as many as both have', () => expect(pairs.length).toBe(31));
});
