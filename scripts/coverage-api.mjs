// `npm run coverage:api`: tables of every public name of PyTorch and torchvision, whether it is here, and if not, why. `--md FILE` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { apiTable, markdown, visionSpaces } from './api-table.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
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

const server = await createServer({
  root,
  optimizeDeps: { noDiscovery: true },
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false },
});
try {
  const torch = await server.ssrLoadModule('/src/index.ts');
  const library = {
    torch,
    'torch.Tensor': torch.zeros(1),
    'torch.nn': torch.nn,
    'torch.nn.functional': torch.nn.functional,
    'torch.optim': torch.optim,
    'torch.optim.lr_scheduler': torch.optim.lrScheduler,
  };
  const vision = /** @type {typeof import('../src/vision/index')} */ (
    await server.ssrLoadModule('/src/vision/index.ts')
  );
  const [names, visionNames] = [read('api'), read('vision_api')];
  const text = [
    markdown(tableOf(names, library), `PyTorch ${names.torch}`),
    markdown(tableOf(visionNames, visionSpaces(vision)), `torchvision ${visionNames.torchvision}`),
  ].join('\n');
  if (file) writeFileSync(file, text);
  else console.log(text);
} finally {
  await server.close();
}
