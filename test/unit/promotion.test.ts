// Checks the dtype of every pair of operands against PyTorch; nothing here needs a device.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface TensorOperand {
  readonly dtype: torch.DType;
  readonly rank: number;
}

interface NumberOperand {
  readonly number: string;
  readonly value: number | boolean;
}

interface PromotionCase extends FixtureCase {
  readonly op: 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'lt';
  readonly a: TensorOperand;
  readonly b: TensorOperand | NumberOperand;
  readonly result: torch.DType | null;
}

interface TypesCase extends FixtureCase {
  readonly op: 'types';
  readonly left: torch.DType;
  readonly right: torch.DType;
  readonly common: torch.DType;
  readonly castable: boolean;
}

const fixture = await loadFixture<PromotionCase | TypesCase>('promotion');
const cases = fixture.cases.filter((item) => item.op !== 'types');
const types = fixture.cases.filter((item) => item.op === 'types');

const tensorOf = ({ dtype, rank }: TensorOperand): Tensor => torch.ones(new Array<number>(rank).fill(2), { dtype });

/** JavaScript does not tell 2.0 from 2: a Python float that is whole has no counterpart. */
const expressible = ({ b }: PromotionCase): boolean =>
  !('number' in b && b.number === 'float' && Number.isInteger(b.value));

test.each(cases.filter(expressible))('$name is $result', ({ op, a, b, result }) => {
  const left = tensorOf(a);
  const right = 'number' in b ? (b.value as number) : tensorOf(b);
  const compute = () => left[op](right as number);
  if (result === null) expect(compute).toThrow(torch.DTypeError);
  else expect(compute().dtype).toBe(result);
  if (op === 'add') expect(torch.resultType(left, right)).toBe(result);
});

test.each(types)('$left and $right meet in $common', ({ left, right, common, castable }) => {
  expect(torch.promoteTypes(left, right)).toBe(common);
  expect(torch.canCast(left, right)).toBe(castable);
});
