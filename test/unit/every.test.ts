// Checks that the generated test calls every function that both libraries have, but for those that are listed with a reason.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { apiTable } from '../../scripts/checks/coverage-api/table.mjs';
import { loadEvery, type Space } from '../support/every';
import { differences, uncalled } from '../support/every-differences';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const spaces: Readonly<Record<string, Space>> = {
  torch: 'torch',
  'torch.Tensor': 'Tensor',
  'torch.nn.functional': 'F',
};
const library = { torch, 'torch.Tensor': torch.zeros(1), 'torch.nn.functional': torch.nn.functional };

const { cases } = await loadEvery();
const api = await loadFixture<FixtureCase & { readonly names: readonly string[] }>('api');

const called = new Set(cases.flatMap(({ name, in: places }) => places.map((space) => `${space}.${name}`)));
const listed = Object.values(uncalled).flat();

test('every function is called or has a reason why not', () => {
  const names = Object.fromEntries(
    api.cases.filter(({ name }) => name in spaces).map((item) => [item.name, item.names]),
  );
  const have = apiTable(names, library, [])
    .filter(({ status }) => status === 'have')
    .map(({ namespace, name }) => `${spaces[namespace]}.${name}`);
  expect(have.filter((name) => !called.has(name) && !listed.includes(name))).toEqual([]);
  expect(listed.filter((name) => called.has(name) || !have.includes(name))).toEqual([]);
});

test('every difference is of a call that there is', () => {
  const ids = cases.flatMap(({ name, in: places, calls }) =>
    places.flatMap((space) =>
      calls.flatMap(({ k }, i) => Object.keys(k).map((kind) => `${space}.${name}#${i} ${kind}`)),
    ),
  );
  expect(differences.filter(({ call }) => !ids.some((id) => call.test(id)))).toEqual([]);
});
