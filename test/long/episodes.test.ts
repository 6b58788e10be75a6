// Repeated subgraphs in fresh random programs, and episodes of random lengths in flat memory.
import '../support/as-long';
import '../gpu/episodes.test';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const F = nn.functional;

test('200 episodes of random lengths run in flat memory', { timeout: 600_000 }, async () => {
  torch.manualSeed(0);
  const policy = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(policy.parameters(), { lr: 0.01 });
  const lengths = (await torch.randint(10, 60, [200]).tolist()) as number[];
  const made: number[][] = [];
  const bytes: number[] = [];
  for (const length of lengths) {
    const logs: Tensor[] = [];
    for (let i = 0; i < length; i++) {
      const probs = F.softmax(policy(torch.rand(1, 4)), 1);
      const [[first]] = (await probs.tolist()) as number[][];
      logs.push(probs.log().at(0, first! > 0.5 ? 0 : 1));
    }
    const before = torch.gpu.stats();
    optimizer.zeroGrad();
    torch.stack(logs).mul(torch.rand(length)).sum().neg().backward();
    optimizer.step();
    await torch.synchronize();
    const after = torch.gpu.stats();
    made.push([after.plansCompiled - before.plansCompiled, after.pipelinesCreated - before.pipelinesCreated]);
    bytes.push(after.liveBytes + after.planBytes + after.pooledBytes);
  }
  const later = made.slice(20);
  expect(Math.max(...later.map(([plans]) => plans!))).toBe(0);
  expect(later.reduce((sum, [, pipelines]) => sum + pipelines!, 0)).toBe(0);
  expect(Math.max(...bytes.slice(100))).toBeLessThan(1.25 * Math.max(...bytes.slice(20, 100)));
});

test('losses of more steps than are held until they are read compile nothing at a new length, and are those of one batch', {
  timeout: 600_000,
}, async () => {
  torch.manualSeed(0);
  const body = new nn.Linear(4, 8);
  const [actor, critic] = [new nn.Linear(8, 2), new nn.Linear(8, 1)];
  const weights = [body, actor, critic].flatMap((layer) => [...layer.parameters()]);
  const act = (states: Tensor) => {
    const hidden = F.relu(body(states));
    return [F.logSoftmax(actor(hidden), -1), critic(hidden)] as const;
  };
  const figures = async (loss: Tensor) => {
    for (const weight of weights) weight.grad = null;
    loss.backward();
    const lists = await Promise.all([loss, ...weights.map((weight) => weight.grad!)].map((value) => value.data()));
    return lists.flatMap((list) => Array.from(list));
  };
  const episode = async (states: Tensor, returns: Tensor) => {
    const saved = [];
    for (const state of states) {
      const [logs, value] = act(state);
      saved.push({ log: logs.at(0), value });
      await logs.data();
    }
    const normal = returns.sub(returns.mean()).div(returns.std().add(1e-6));
    const policyLosses: Tensor[] = [];
    const valueLosses: Tensor[] = [];
    for (const [i, { log, value }] of saved.entries()) {
      const R = normal.at(i);
      policyLosses.push(log.neg().mul(R.sub(value.detach().squeeze())));
      valueLosses.push(F.smoothL1Loss(value, R.unsqueeze(0)));
    }
    return figures(torch.stack(policyLosses).mean().add(torch.stack(valueLosses).mean()));
  };
  const batch = (states: Tensor, returns: Tensor) => {
    const [logs, values] = act(states);
    const value = values.squeeze(1);
    const R = returns.sub(returns.mean()).div(returns.std().add(1e-6));
    return figures(logs.at(':', 0).neg().mul(R.sub(value.detach())).mean().add(F.smoothL1Loss(value, R)));
  };
  const compiled: string[] = [];
  for (const [n, length] of [23, 250, 60, 214, 217, 224, 231, 300, 480].entries()) {
    const states = torch.randn(length, 4);
    const returns = torch.rand(length);
    const before = torch.gpu.stats();
    const found = await episode(states, returns);
    const after = torch.gpu.stats();
    const plans = after.plansCompiled - before.plansCompiled;
    if (n > 2 && plans > 0) compiled.push(`${plans} plans for ${length} steps`);
    expectNumbers(found, await batch(states, returns), { rtol: 1e-3, atol: 1e-5 });
  }
  expect(compiled).toEqual([]);
});

test('a recurrence of which some is sent before it is read gives the figures of an RNN', {
  timeout: 600_000,
}, async () => {
  torch.manualSeed(0);
  const [rnn, cell] = [new nn.RNN(3, 5), new nn.RNNCell(3, 5)];
  const layer = new Map(rnn.namedParameters());
  torch.noGrad(() => {
    for (const [name, weight] of cell.namedParameters()) weight.copy_(layer.get(`${name}_l0`)!);
  });
  const run = async (length: number) => {
    const x = torch.randn(length, 2, 3);
    const [states] = rnn(x);
    for (const module of [rnn, cell]) module.zeroGrad();
    const whole = states.square().sum().div(length).add(states.at(-1).sum());
    whole.backward();
    let h: Tensor = torch.zeros(2, 5);
    let squares: Tensor = torch.zeros(2, 5);
    const total = torch.zeros(2, 5);
    for (const part of x) {
      h = cell(part, h).mul(1);
      squares = squares.add(h.square());
      total.add_(h.detach());
    }
    const stepped = squares.sum().div(length).add(h.sum());
    stepped.backward();
    const read = async (values: readonly Tensor[]) =>
      (await Promise.all(values.map((value) => value.data()))).flatMap((list) => Array.from(list));
    const found = await read([stepped, total, cell.weight_hh.grad!, cell.weight_ih.grad!]);
    const expected = await read([
      whole,
      states.sum(0),
      layer.get('weight_hh_l0')!.grad!,
      layer.get('weight_ih_l0')!.grad!,
    ]);
    expectNumbers(found, expected, { rtol: 1e-3, atol: 1e-3 });
  };
  for (const length of [300, 700, 1000]) await run(length);
});
