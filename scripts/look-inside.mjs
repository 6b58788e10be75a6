// `npm run look-inside`: what MNIST's networks see, drawn as one page of pictures, in Node.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resolveBrowser, vulkanEnvironment } from './browser.mjs';
import { doorAliases } from './doors.mjs';
import { parsed, runCommand, whole } from './options.mjs';

const usage = `Usage: npm run look-inside -- [options]

Draws filters, feature maps, patches, attributions, dreams, styles and embeddings of MNIST's networks into look-inside/index.html.
The weights are those of \`npm run mnist\`; a network that has none is trained for this.

  --weights FILE  of the network that is looked into  (default: mnist-complex.safetensors)
  --second FILE   of the network that judges          (default: mnist-simple.safetensors)
  --train N       images for a network without weights (default: 6000)
  --points N      test images that are embedded        (default: 1000)
  --help          show this text`;

await runCommand(usage, options, main);

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  const { values } = parsed(usage, () =>
    parseArgs({
      args,
      options: {
        weights: { type: 'string', default: 'mnist-complex.safetensors' },
        second: { type: 'string', default: 'mnist-simple.safetensors' },
        train: { type: 'string', default: '6000' },
        points: { type: 'string', default: '1000' },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return undefined;
  return {
    weights: values.weights,
    second: values.second,
    train: whole('train', values.train, 1000, 60_000),
    points: whole('points', values.points, 100, 5000),
  };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main(chosen) {
  const driver = vulkanEnvironment(await resolveBrowser({ log: console.log }));
  if (Object.keys(driver).length > 0) {
    // The loader reads these when a process starts.
    const env = { ...process.env, ...driver };
    return spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1;
  }
  const { createServer } = await import('vite');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const server = await createServer({
    configFile: false,
    root,
    resolve: { alias: doorAliases },
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    logLevel: 'error',
  });
  const { draw } = /** @type {typeof import('./look-inside/draw')} */ (
    await server.ssrLoadModule('/scripts/look-inside/draw.ts')
  );
  const passed = await draw({ ...chosen, root });
  await server.close();
  // Dawn keeps a process alive as long as there is a device.
  process.exit(passed ? 0 : 1);
}
