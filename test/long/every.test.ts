// Every function of torch, of tensors and of nn.functional over uint8, int64 and bool, empty, 0-d and non-contiguous inputs, beside PyTorch.

import { expect, test } from 'vitest';
import { differs, has, kinds, loadEvery } from '../support/every';
import { differences } from '../support/every-differences';
import { partOf } from '../support/sample';

const { cases, inputs } = await loadEvery();

test.each(partOf(cases, 8))('$name', async ({ name, in: spaces, calls }) => {
  const unexpected: string[] = [];
  for (const space of spaces.filter((each) => has(each, name))) {
    for (const [i, call] of calls.entries()) {
      for (const kind of kinds) {
        const found = await differs(inputs, name, space, call, kind);
        const id = `${space}.${name}#${i} ${kind}`;
        const known = differences.find((each) => each.call.test(id));
        if (known ? !(found !== null && known.found.test(found)) : found !== null) {
          unexpected.push(`${id}: ${found ?? `as in PyTorch, though listed: ${known!.reason}`}`);
        }
      }
    }
  }
  expect(unexpected).toEqual([]);
});
