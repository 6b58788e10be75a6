// Data sets are fetched from where torchvision fetches them, with its check sums, and are called as it calls them.
import { expect, test } from 'vitest';
import { type CifarSet, cifar10, cifar100 } from '../../src/doors/vision/datasets/cifar-facts';
import { emnistPublished, emnistSplits, idxSets } from '../../src/doors/vision/datasets/mnist-facts';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Facts extends FixtureCase {
  readonly mirrors: readonly string[] | null;
  readonly files: readonly { readonly file: string; readonly md5: string }[];
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, readonly string[]>>;
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly meta: string;
  readonly key: string;
}

const { cases } = await loadFixture<Facts>('published');
const factsOf = (name: string): Facts => cases.find((each) => each.name === name)!;

test.each(Object.values(idxSets))('$name', ({ name, classes, published }) => {
  const facts = factsOf(name);
  expect(classes).toEqual(facts.classes);
  const ours = [...published(true), ...published(false)];
  expect(ours.map(({ file, md5 }) => ({ file, md5 }))).toEqual(facts.files);
  for (const { mirrors } of ours) expect([...mirrors].sort()).toEqual([...facts.mirrors!].sort());
});

test.each<CifarSet>([cifar10, cifar100])('$name', ({ name, python, fine }) => {
  const facts = factsOf(name);
  const { file, md5, mirrors } = python.archive;
  expect([{ file, md5 }]).toEqual(facts.files);
  expect(mirrors).toEqual(facts.mirrors);
  expect([python.folder, python.train, python.test, python.meta, fine.namesKey]).toEqual([
    facts.folder,
    facts.train,
    facts.test,
    facts.meta,
    facts.key,
  ]);
});

test('EMNIST', () => {
  const { files, mirrors, splits } = factsOf('EMNIST');
  const { file, md5 } = emnistPublished;
  expect([{ file, md5 }]).toEqual(files);
  expect(emnistPublished.mirrors).toEqual(mirrors);
  expect(emnistSplits).toEqual(splits);
});
