// `node scripts/reference/uncovered.mjs [door or namespace]`: the exports that no program of README.md, docs/guide and docs/examples uses.
import process from 'node:process';
import { allSnippets } from '../snippets.mjs';
import { uncovered } from './covered.mjs';
import { usesIn } from './usage.mjs';

const [, , asked = ''] = process.argv;
const inAsked = (/** @type {string} */ path) =>
  asked === '' ||
  (asked === 'torch'
    ? !/^(vision|metrics|interpret|lightning|einops|onnx|python|pytorch|worker|tensorboard)\./.test(path)
    : path.startsWith(`${asked}.`));
const names = uncovered(usesIn(allSnippets())).filter(inAsked);
/** @type {Map<string, string[]>} */
const bySpace = new Map();
for (const name of names) {
  const at = name.lastIndexOf('.');
  const space = at < 0 ? 'torch' : name.slice(0, at);
  bySpace.set(space, [...(bySpace.get(space) ?? []), name.slice(at + 1)]);
}
for (const [space, all] of bySpace) console.log(`${space} (${all.length}): ${all.join(' ')}\n`);
console.log(`${names.length} without an example`);
