// `npm run coverage:api`: tables of every public name of PyTorch and torchvision, whether it is here, and if not, why. `--md FILE` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { apiTable, markdown, torchSpaces, visionSpaces } from './api-table.mjs';
import { root, withModule } from './in-node.mjs';

const [option, file] = process.argv.slice(2);
if (option !== undefined && (option !== '--md' || file === undefined)) {
  console.error(`coverage:api: expected nothing or --md FILE, but got ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

/** @param {string} family @returns {{ torch: string, torchvision: string, cases: { name: string, names: string[] }[] }} */
const read = (family) => JSON.parse(readFileSync(`${root}test/fixtures/${family}.json`, 'utf8'));

/** @param {{ cases: { name: string, names: string[] }[] }} fixture @param {Readonly<Record<string, object>>} library */
const tableOf = ({ cases }, library) =>
  apiTable(Object.fromEntries(cases.map(({ name, names }) => [name, names])), library);

/** @typedef {typeof import('../src/index')} Torch */
/** @typedef {typeof import('../src/vision/index')} Vision */

const tables = await withModule('/src/index.ts', (/** @type {Torch} */ torch) =>
  withModule('/src/vision/index.ts', async (/** @type {Vision} */ vision) => {
    const [names, visionNames] = [read('api'), read('vision_api')];
    return [
      markdown(tableOf(names, torchSpaces(torch)), `PyTorch ${names.torch}`),
      markdown(tableOf(visionNames, visionSpaces(vision)), `torchvision ${visionNames.torchvision}`),
    ].join('\n');
  }),
);
if (file) writeFileSync(file, tables);
else console.log(tables);
