// The programs of calls and of training steps as the compiler gets them, recorded without a device.
import { autograd, nn, noGrad, onesLike, optim, rand, randint, type Tensor } from 'lamplight';
import { vi } from 'vitest';
import { schedule } from '../../src/engine/compiler/contents';
import { engine, type Job } from '../../src/engine/compiler/engine';
import type { Program } from '../../src/engine/compiler/ir';
import { flush } from '../../src/engine/graph/flush';
import { type Gradcheck, inputsOf } from './gradchecks/inputs';

/** The programs that `run` would have run; in the end the tensors that it returns are flushed. */
export function programsOf(run: () => readonly Tensor[]): Program[] {
  const programs: Program[] = [];
  const submit = vi.spyOn(engine, 'submit').mockImplementation((job: Job) => {
    programs.push(job.build());
    for (const { cell } of job.exports) schedule(cell);
  });
  try {
    flush(run().map(({ value }) => value));
  } finally {
    submit.mockRestore();
  }
  return programs;
}

/** The program of a step in steady state: forward, cross entropy, backward, and Adam. */
export function stepProgram(model: nn.UnaryModule, batch: number): Program {
  const programs = programsOf(() => {
    const inputs = rand(batch, 1, 28, 28);
    const targets = randint(0, 10, [batch]);
    noGrad(() => model(inputs)); // Lazy parameters get their shapes.
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const lossFn = new nn.CrossEntropyLoss();
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      lossFn(model(inputs), targets).backward();
      optimizer.step();
    }
    return [];
  });
  return programs.at(-1)!;
}

/** The programs of a case of gradcheck: a function, its gradient, and the gradient of that. */
export function gradientPrograms(one: Gradcheck): Program[] {
  const [, fn, , once] = one;
  return programsOf(() => {
    const inputs = inputsOf(one);
    const outputs = [fn(...inputs)].flat();
    const differentiable = outputs.filter((y) => y.requiresGrad);
    const gradients = autograd.grad(
      differentiable,
      inputs,
      differentiable.map((y) => onesLike(y).requiresGrad_()),
      { createGraph: once !== 'once', allowUnused: true },
    );
    const second = gradients.filter((dx) => dx?.requiresGrad) as Tensor[];
    const seeds = second.map((dx) => onesLike(dx));
    const secondGradients = second.length > 0 ? autograd.grad(second, inputs, seeds, { allowUnused: true }) : [];
    return [...outputs, ...gradients, ...secondGradients].filter((x) => x !== null);
  });
}
