// What a step of MNIST's training is said to ask of WebGPU: steps whose work waits for its pipelines say nothing of it.
import { expect, test } from 'vitest';
import { SteadyCounters } from '../../../demos/mnist/steady-counters';

/** Counters that a test moves on by hand, by steps of nine dispatches that are submitted so many times. */
function stepped() {
  const now = {
    dispatches: 0,
    submits: 0,
    buffersCreated: 0,
    bindGroupsCreated: 0,
    pipelinesCreated: 0,
    plansCompiled: 0,
  };
  const counters = new SteadyCounters(() => ({ ...now }));
  const step = (submits: number, plansCompiled = 0) => {
    now.submits += submits;
    now.dispatches += 9 * submits;
    now.plansCompiled += plansCompiled;
    counters.step(true);
  };
  return { counters, step };
}

test('a step whose work is submitted later counts no more than the one that submits for several', () => {
  const { counters, step } = stepped();
  for (const submits of [0, 0, 0, 0, 4, 1, 1]) step(submits);
  expect(counters.steadyStep).toMatchObject({ dispatches: 9, submits: 1 });
});

test('before any step has submitted what is its own, nothing is said', () => {
  const { counters, step } = stepped();
  for (const submits of [0, 0, 2]) step(submits);
  expect(counters.steadyStep).toBe(null);
  step(1, 1);
  expect(counters.steadyStep).toBe(null);
  step(1);
  counters.begin();
  expect(counters.steadyStep).toMatchObject({ submits: 1 });
});
