// What is left of a training whose device is lost before there was a snapshot: a page of its own, in which nothing has been loaded yet.
import { expect, test, vi } from 'vitest';
import { lateCopier } from '../../../src/engine/gpu/late-copier';
import { listenForLosses, lose, retried, stateOf, told, trainer } from '../../support/losing';

listenForLosses();

test('a device lost before what copies weights has come leaves the first ones, and training goes on to have snapshots', async () => {
  const { model, optimizer, step } = trainer();
  await step(0).item();
  expect(lateCopier.here).toBeUndefined();
  await lose();
  const { result } = await retried(() => stateOf(model));
  expect(told[0]!.restoredTo.get(optimizer)).toBe(0);
  const other = trainer();
  expect(result).toEqual(await stateOf(other.model));
  for (let i = 0; i < 8; i++) expect(await step(i).item()).toBe(await other.step(i).item());
  await vi.waitFor(() => expect(lateCopier.here).toBeDefined(), 60_000);
});
