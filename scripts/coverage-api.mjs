// `npm run coverage:api`: tables of every public name of PyTorch, torchvision, torchmetrics, Captum and Lightning, whether it is here and
// in Python in the page, and if not, why. `--md FILE` writes them.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { inPython } from './api-in-python.mjs';
import { markdown } from './api-table.mjs';
import { everyTable } from './api-tables.mjs';

const [option, file] = process.argv.slice(2);
if (option !== undefined && (option !== '--md' || file === undefined)) {
  console.error(`coverage:api: expected nothing or --md FILE, but got ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

const all = await everyTable();
const python = await inPython(all.flatMap(({ entries }) => entries));
const tables = all.map(({ title, entries }) => markdown(entries, title, python)).join('\n');
if (file) writeFileSync(file, tables);
else console.log(tables);
