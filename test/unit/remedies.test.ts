// The remedies of errors about dtypes, applied as they are written: each names a dtype, and with it the call goes through.
import { readdirSync, readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const of = (dtype: torch.DType, ...shape: number[]) => torch.ones(shape, { dtype });
const [floats, whole, bools] = (['float32', 'int64', 'bool'] as const).map((dtype) => of(dtype, 2)) as [
  Tensor,
  Tensor,
  Tensor,
];
const places = torch.tensor([0, 1]);
const mask = torch.tensor([true, true]);

/** A call that is refused because of one of its tensors, and that tensor. */
const refused: Record<string, [call: (x: Tensor) => unknown, wrong: Tensor]> = {
  bitwiseAnd: [(x) => x.bitwiseAnd(1), floats],
  bitwiseNot: [(x) => x.bitwiseNot(), floats],
  gcd: [(x) => x.gcd(x), floats],
  sub: [(x) => x.sub(x), bools],
  rsub: [(x) => torch.rsub(x, 1), bools],
  neg: [(x) => x.neg(), bools],
  positive: [(x) => x.positive(), bools],
  isin: [(x) => torch.isin(x, x), bools],
  cov: [(x) => torch.cov(x), bools],
  isclose: [(x) => torch.isclose(floats, x), whole],
  heaviside: [(x) => torch.heaviside(floats, x), whole],
  indexAdd: [(x) => floats.indexAdd(0, places, x), whole],
  indexCopy: [(x) => floats.indexCopy(0, places, x), whole],
  scatter: [(x) => floats.scatter(0, places, x), whole],
  scatterReduce: [(x) => floats.scatterReduce(0, places, x, 'sum'), whole],
  maskedScatter: [(x) => floats.maskedScatter(mask, x), whole],
  add_: [(x) => x.clone().add_(floats), whole],
  softmax: [(x) => F.softmax(x, 0), whole],
  gelu: [(x) => F.gelu(x), whole],
  mean: [(x) => x.mean(), whole],
  matmul: [(x) => x.matmul(floats), whole],
  crossEntropy: [(x) => F.crossEntropy(of('float32', 2, 2), x), bools],
  embedding: [(x) => F.embedding(x, of('float32', 3, 2)), floats],
  binaryCrossEntropy: [(x) => F.binaryCrossEntropy(floats, x), whole],
  binaryCrossEntropyWithLogits: [(x) => F.binaryCrossEntropyWithLogits(floats, x), whole],
  frexp: [(x) => torch.frexp(x), whole],
};

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof torch.DTypeError) return error.message;
    throw error;
  }
  return 'no error';
};

test.each(Object.entries(refused))('%s', (name, [call, wrong]) => {
  const message = messageOf(() => call(wrong));
  expect(message).toMatch(new RegExp(`^${name}: .*; .*\\.to\\('\\w+'\\)`));
  const dtype = /\.to\('(\w+)'\)/.exec(message)![1] as torch.DType;
  call(wrong.to(dtype));
});

describe('the sources', () => {
  test('name a dtype wherever a text says to convert', () => {
    const nameless = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => /(?:convert|with)[^\n]*\.to\(\)/.test(readFileSync(`src/${file}`, 'utf8')));
    expect(nameless).toEqual([]);
  });
});
