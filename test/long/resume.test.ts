// A run that is stopped and resumed in a new page equals the unbroken one bit for bit, with workers and random transforms.
import { expect, test } from 'vitest';
import type { ResumeResult, ResumeTask } from '../support/resume-worker';

/** Each run has a thread of its own, so that nothing but the checkpoint comes from the one before. */
async function inNewPage(task: ResumeTask): Promise<ResumeResult> {
  const worker = new Worker(new URL('../support/resume-worker.ts', import.meta.url), { type: 'module' });
  const answer = await new Promise<{ result?: ResumeResult; error?: string }>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(task);
  });
  worker.terminate();
  if (!answer.result) throw new Error(answer.error);
  return answer.result;
}

test('stopped in the middle of the first pass, and of the second', async () => {
  const whole = await inNewPage({ until: 14, checkpoint: null });
  const first = await inNewPage({ until: 4, checkpoint: null });
  const second = await inNewPage({ until: 9, checkpoint: first.checkpoint });
  const third = await inNewPage({ until: 14, checkpoint: second.checkpoint });
  expect([...first.losses, ...second.losses, ...third.losses]).toEqual(whole.losses);
  expect(third.weights).toEqual(whole.weights);
});
