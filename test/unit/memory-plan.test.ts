import { nn } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { CNNModel, ComplexCNNModel } from '../../demos/mnist/models';
import { compile } from '../../src/engine/compiler/compile';
import { layOut, leastBytes, tenantsOf, totalBytes } from '../../src/engine/compiler/layout';
import { compilerPasses } from '../../src/engine/compiler/passes/index';
import { schedule } from '../../src/engine/compiler/passes/schedule';
import { adapterOf, roomy } from '../support/adapter';
import { stepProgram } from '../support/recorded';

const adapter = adapterOf('software', roomy);

const smallCnn = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(1568, 10),
  );

const unscheduled = compilerPasses.filter((pass) => pass !== schedule);

// Nothing can need less than what lives at once. With few large values it may take more: one dispatch may not read and write
// different ranges of one buffer.
describe.each<[string, () => nn.UnaryModule, number, number]>([
  ['CNNModel', () => new CNNModel(), 100, 1.06],
  ['ComplexCNNModel', () => new ComplexCNNModel(), 100, 1.06],
  ['a small CNN', smallCnn, 64, 1.35],
])('memory of a training step of %s', (_, make, batch, bound) => {
  const program = stepProgram(make(), batch);
  const tenants = [...tenantsOf(compile(program, adapter)).values()];

  test('comes to little more than what lives at once', () => {
    expect(leastBytes(tenants)).toBeGreaterThan(0);
    expect(totalBytes(layOut(tenants)) / leastBytes(tenants)).toBeLessThan(bound);
  });

  test('is no more than in the recorded order', () => {
    const recorded = [...tenantsOf(compile(program, adapter, unscheduled)).values()];
    expect(leastBytes(tenants)).toBeLessThanOrEqual(leastBytes(recorded));
  });
});
