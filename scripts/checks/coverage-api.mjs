// `npm run check -- coverage-api`: tables of every public name of PyTorch, torchvision, torchmetrics, Captum and Lightning, whether it is here and
// in Python in the page, and if not, why.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from '../options.mjs';
import { inPython } from './coverage-api/in-python.mjs';
import { markdown } from './coverage-api/table.mjs';
import { everyTable } from './coverage-api/tables.mjs';

const usage = `Usage: npm run check -- coverage-api [options]

  --md FILE  writes the tables as Markdown; default: prints them
  --help     show this text`;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({ args, options: { md: { type: 'string' }, help: { type: 'boolean' } } });
  return values.help ? undefined : values;
}

/** @param {{ md?: string }} chosen */
async function main({ md: file }) {
  const all = await everyTable();
  const python = await inPython(all.flatMap(({ entries }) => entries));
  const tables = all.map(({ title, entries }) => markdown(entries, title, python)).join('\n');
  if (file) writeFileSync(file, tables);
  else console.log(tables);
  return 0;
}
