// Proves that a step can be looked at: its kernels with their modules, and that looking changes and runs nothing.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';

class Net extends nn.Module {
  features = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.MaxPool2d(2));
  fc = new nn.LazyLinear(10);
  forward(x: Tensor) {
    return this.fc(this.features(x).flatten(1));
  }
}

function training(batch = 8) {
  torch.manualSeed(0);
  const model = new Net();
  const optimizer = new optim.Adam(model.parameters());
  const lossFn = new nn.CrossEntropyLoss();
  const images = torch.rand(batch, 1, 28, 28);
  const labels = torch.randint(0, 10, [batch]);
  return () => {
    optimizer.zeroGrad();
    const loss = lossFn(model(images), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

test('a step is explained kernel by kernel, with the paths of the modules', async () => {
  const step = training();
  await step();
  await step();
  const before = torch.gpu.stats();
  const explanation = await torch.gpu.explain(step);
  const { dispatches, submits, plansCompiled } = torch.gpu.stats();
  expect({ dispatches, submits, plansCompiled }).toEqual({
    dispatches: before.dispatches,
    submits: before.submits,
    plansCompiled: before.plansCompiled,
  });
  const places = new Set(
    explanation.plans.flatMap(({ kernels }) => kernels.flatMap(({ ops }) => ops.map((op) => op.place))),
  );
  for (const place of ['features.0', 'features.0 backward', 'fc', 'CrossEntropyLoss', 'Adam']) {
    expect([...places], place).toContain(place);
  }
  expect(explanation.toString()).toMatch(/features\.0: .*conv2d/);
  expect(explanation.toString()).toMatch(
    /conv2d relu maxPool2d .*\n.*features\.0: .*features\.1: .*features\.2: maxPool2d/,
  );
  expect(explanation.toString()).toMatch(/Adam: adam/);
  // It is what the next step does.
  const next = torch.gpu.stats().dispatches;
  await step();
  expect(torch.gpu.stats().dispatches - next).toBe(explanation.dispatches);
  expect(explanation.plans.every(({ cached }) => cached)).toBe(true);
});

test('explaining the first step needs no real one, and leaves lazy layers lazy', async () => {
  const step = training(6);
  const explanation = await torch.gpu.explain(step);
  expect(explanation.plans).toHaveLength(1);
  expect(explanation.plans[0]!.cached).toBe(false);
  expect(await step()).toBeGreaterThan(0);
});

test('a tensor is explained by what reading it would run', async () => {
  const x = torch.ones(100).clone();
  await torch.synchronize();
  const y = x.mul(2).add(1).relu().sum();
  const explanation = await torch.gpu.explain(y);
  expect(explanation.plans).toHaveLength(1);
  const names = explanation.plans[0]!.kernels.flatMap(({ ops }) => ops.map(({ name }) => name));
  expect(new Set(names)).toEqual(new Set(['mul', 'add', 'relu', 'sum']));
  expect(explanation.plans[0]!.kernels[0]!.code).toContain('@compute');
  expect(await y.item()).toBe(300);
  expect((await torch.gpu.explain(y)).toString()).toMatch(/Nothing to run/);
  await expect(torch.gpu.explain(3 as never)).rejects.toThrow(torch.ArgumentError);
});

test('what was warmed up is known, be it called, read or given as a tensor', async () => {
  const known = async (target: torch.Tensor | (() => unknown)) =>
    (await torch.gpu.explain(target)).plans.map(({ cached }) => cached);
  const layer = new nn.Linear(9, 5);
  const x = torch.rand(3, 9);
  await torch.warmup(() => layer(x));
  expect(await known(() => layer(x))).toEqual([true]);
  expect(await known(async () => layer(x).tolist())).toEqual([true]);
  // What is stored for its gradient belongs to it.
  expect(await known(layer(x))).toEqual([true]);
  const pair = () => [x.add(1).matmul(x.t()), x.sub(1).matmul(x.t())] as const;
  const flushed: Tensor[] = [];
  for (let i = 0; i < 2; i++) {
    flushed.push(...pair());
    await torch.synchronize();
  }
  const { plansCompiled } = torch.gpu.stats();
  // Reading the second of two values that are pending runs both, as a flush does.
  const [first, second] = pair();
  await second.tolist();
  expect(torch.gpu.stats().plansCompiled).toBe(plansCompiled);
  for (const one of [first, second, ...flushed]) one.dispose();
});
