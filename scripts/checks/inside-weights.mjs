// `npm run check -- inside-weights`: trains the network of the gallery's page that looks inside, by the page's own program, and keeps its weights for it.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from '../browser.mjs';
import { runCommand, whole } from '../options.mjs';
import { setup } from '../setup.mjs';

const usage = `Usage: npm run check -- inside-weights [options]

Opens demos/gallery/inside in headless Chrome, presses its button to train, and writes demos/gallery/inside/digits.safetensors.

  --steps N  of 64 digits each, 100 to 5000  (default: 2000)
  --help     show this text`;

/** Milliseconds until training is given up. */
const PATIENCE = 3_600_000;

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: { steps: { type: 'string', default: '2000' }, help: { type: 'boolean' } },
  });
  return values.help ? undefined : { steps: whole('steps', values.steps, 100, 5000) };
}

/** @param {{ steps: number }} chosen */
async function main({ steps }) {
  setup();
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    server: { port: 0, hmr: false, watch: null },
    logLevel: 'error',
  });
  await server.listen();
  const { chromium } = await import('playwright');
  const browser = await chromium.launch(launchOptions(await resolveBrowser({ log: console.error })));
  try {
    const page = await browser.newPage();
    // The weights that there are, or are not yet, are not needed.
    await page.goto(`${server.resolvedUrls?.local[0]}gallery/inside/?weights=random&steps=${steps}`);
    await page.locator('#content[data-reported]').waitFor({ timeout: PATIENCE });
    await page.locator('#teach').click();
    const button = page.locator('.code-cell').first().getByRole('button', { name: 'digits.safetensors' });
    await button.waitFor({ timeout: PATIENCE });
    const saved = page.waitForEvent('download');
    await button.click();
    await (await saved).saveAs(
      fileURLToPath(new URL('../../demos/gallery/inside/digits.safetensors', import.meta.url)),
    );
    // The page tests the network once it is trained.
    await page.locator('#teach').getByText('Train it here').waitFor();
    console.log(`right on 1,000 test digits: ${await page.locator('#figures dd').nth(1).innerText()}`);
  } finally {
    await browser.close();
    await server.close();
  }
  return 0;
}

await runCommand(usage, options, main);
