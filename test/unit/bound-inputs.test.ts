// Checks which inputs of a plan are bound where they lie.
import { expect, test } from 'vitest';
import { bindInputs } from '../../src/engine/compiler/bound-inputs';
import type { ExportMode, Plan } from '../../src/engine/compiler/plan';
import type { Allocation } from '../../src/engine/gpu/memory';

const bytes = 8000;
const place = { offset: 8192, lease: {} } as Allocation;

/** A plan of two inputs, with these exports. */
const planOf = (...exports: ExportMode[]): Plan => ({
  locations: [0, 1].map((input) => ({ bytes, input, first: 0, last: 0 })) as never,
  steps: [],
  joined: new Map(),
  inputs: ['copy', 'copy'],
  exports,
  faults: { gating: new Set(), free: new Map(), updates: [], exports: [] },
});

test('small inputs are bound where they lie, but for those that leave as they came: within a page nothing can be copied', () => {
  expect(bindInputs(planOf({ kind: 'bind' }), () => place).plan.inputs).toEqual(['bind', 'bind']);
  const leaving = planOf({ kind: 'copy', address: { location: 1, offset: 0, bytes } as never, dedicated: false });
  const { plan, bound } = bindInputs(leaving, () => place);
  expect(plan.inputs).toEqual(['bind', 'copy']);
  expect(bound.map(({ index }) => index)).toEqual([0]);
});
