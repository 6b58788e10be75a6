// `npm run coverage:api`: one table of every public name of PyTorch, whether it is here, and if not, why. `--md FILE` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { apiTable, markdown } from './api-table.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const [option, file] = process.argv.slice(2);
if (option !== undefined && (option !== '--md' || file === undefined)) {
  console.error(`coverage:api: expected nothing or --md FILE, but got ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

const fixture = JSON.parse(readFileSync(`${root}test/fixtures/api.json`, 'utf8'));
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
  /** @type {{ name: string, names: string[] }[]} */
  const cases = fixture.cases;
  const text = markdown(
    apiTable(Object.fromEntries(cases.map(({ name, names }) => [name, names])), library),
    fixture.torch,
  );
  if (file) writeFileSync(file, text);
  else console.log(text);
} finally {
  await server.close();
}
